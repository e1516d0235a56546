import type { Found, FoundIdentity, FoundPolicy, FoundRole } from "../found";
import { type Gathered, givenIn, type Target } from "./judgement";
import { braintrustOf, snowflakeOf, type TrustSettings } from "./trusts";

const ROLE = "aws:iam/role:Role";
const POLICY = "aws:iam/policy:Policy";

const SET_BRAINTRUST =
  "set braintrust.accountId and braintrust.orgId as Braintrust shows them: without them nobody can assume the role";
const SET_SNOWFLAKE =
  "set snowflake.iamUserArn and snowflake.externalId as DESC INTEGRATION shows them, or run `connect` after the update";
const ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment";

/** Braintrust's role and policy; Snowflake's user or role, and policy. */
export function judgeIdentities(found: Found, target: Target, gathered: Gathered): void {
  const { exportRole, exportPolicy, readPolicy } = found;
  if (exportRole !== undefined) {
    gathered.import(ROLE, "pipeline-braintrust", exportRole.name);
    gathered.set(["iam", "names", "braintrustRole"], exportRole.name);
    gathered.say("ok", `role ${exportRole.name}`, "to import as Braintrust's role");
    judgeTrust(exportRole, "braintrust", braintrustOf(exportRole.trust), SET_BRAINTRUST, gathered);
    judgeOthers(`role ${exportRole.name}`, "role", exportRole, exportPolicy, gathered);
  }
  if (exportPolicy !== undefined) {
    importPolicy(exportPolicy, "pipeline-braintrust", exportRole, gathered);
    gathered.set(["iam", "names", "exportPolicy"], exportPolicy.name);
  }
  const reader = judgeReader(found, target, gathered);
  if (readPolicy !== undefined) {
    importPolicy(
      readPolicy,
      "pipeline-snowflake",
      reader === "role" ? found.readerRole : undefined,
      gathered,
    );
    gathered.set(["iam", "names", "readPolicy"], readPolicy.name);
  }
  const identities = [exportRole, reader === "role" ? found.readerRole : found.user].filter(
    (one) => one !== undefined,
  );
  judgePaths(
    [...identities, exportPolicy, readPolicy].filter((one) => one !== undefined),
    gathered,
  );
  judgeBoundaries(identities, gathered);
}

function importPolicy(
  policy: FoundPolicy,
  name: string,
  role: FoundRole | undefined,
  gathered: Gathered,
): void {
  gathered.import(POLICY, `${name}-policy`, policy.arn);
  gathered.say("ok", `policy ${policy.name}`, "to import; `up` gives it this stack's statements");
  if (!role?.attached.some(({ arn }) => arn === policy.arn)) return;
  gathered.import(ATTACHMENT, `${name}-attachment`, `${role.name}/${policy.arn}`);
}

/** Of the two that may read for Snowflake, the one that the stack is to have. */
function judgeReader(
  { user, readerRole, readPolicy }: Found,
  { file }: Target,
  gathered: Gathered,
): "role" | "user" | undefined {
  const access = givenIn(file, ["snowflake", "access"]) ?? readerOf({ user, readerRole, readPolicy });
  if (access === "both") {
    gathered.say(
      "fail",
      "reader",
      `both the user ${user?.name} and the role ${readerRole?.name} read for Snowflake, and a stack has one of them`,
      "set snowflake.access to user or role: the other one stays as it is",
    );
    return undefined;
  }
  if (access === "user" && user !== undefined) {
    gathered.import("aws:iam/user:User", "pipeline-snowflake-user", user.name);
    gathered.fill(["snowflake", "access"], "user");
    gathered.set(["iam", "names", "snowflakeUser"], user.name);
    gathered.say("ok", `user ${user.name}`, "to import as Snowflake's user");
    judgeKeys(user.name, user.keyIds, gathered);
    judgeOthers(`user ${user.name}`, "user", user, undefined, gathered);
    if (readerRole !== undefined) left(`role ${readerRole.name}`, "user", gathered);
    return "user";
  }
  if (access === "role" && readerRole !== undefined) {
    gathered.import(ROLE, "pipeline-snowflake", readerRole.name);
    gathered.fill(["snowflake", "access"], "role");
    gathered.set(["iam", "names", "snowflakeRole"], readerRole.name);
    gathered.say("ok", `role ${readerRole.name}`, "to import as Snowflake's role");
    judgeTrust(readerRole, "snowflake", snowflakeOf(readerRole.trust), SET_SNOWFLAKE, gathered);
    judgeOthers(`role ${readerRole.name}`, "role", readerRole, readPolicy, gathered);
    if (user !== undefined) left(`user ${user.name}`, "role", gathered);
    return "role";
  }
  if (access === "role" && user !== undefined) left(`user ${user.name}`, "role", gathered);
  if (access === "user" && readerRole !== undefined) left(`role ${readerRole.name}`, "user", gathered);
  return undefined;
}

/** Who reads: where there are both, the one that has the policy. */
function readerOf({ user, readerRole, readPolicy }: Pick<Found, "user" | "readerRole" | "readPolicy">) {
  if (readerRole === undefined) return user && ("user" as const);
  if (user === undefined) return "role" as const;
  const [userReads, roleReads] = [user, readerRole].map(({ attached }) =>
    attached.some(({ arn }) => arn === readPolicy?.arn),
  );
  if (userReads === roleReads) return "both" as const;
  return userReads ? ("user" as const) : ("role" as const);
}

function left(name: string, access: string, gathered: Gathered): void {
  gathered.say(
    "warn",
    name,
    `not imported: snowflake.access is ${access}; it stays as it is and keeps its rights`,
    `to import it, set snowflake.access to ${access === "role" ? "user" : "role"}`,
  );
}

/** IAM gives a user two keys at most, and the secret of a key to nobody a second time. */
function judgeKeys(user: string, keyIds: readonly string[], gathered: Gathered): void {
  const [first, second] = keyIds;
  if (first === undefined) return;
  const remove = (id: string) => `aws iam delete-access-key --user-name ${user} --access-key-id ${id}`;
  if (second !== undefined) {
    gathered.say(
      "fail",
      `keys of ${user}`,
      `${first} and ${second}: IAM allows two, and \`up\` could not create its own`,
      `find out which one is unused (aws iam get-access-key-last-used), then \`${remove("<id>")}\``,
    );
    return;
  }
  gathered.say(
    "warn",
    `key ${first}`,
    "cannot be imported: AWS tells its secret to nobody again; it stays and works, and `up` creates another",
    `hand the new one to Snowflake, then \`${remove(first)}\``,
  );
}

/** Whom a role trusts, as settings of a section where these can say it. */
function judgeTrust(
  role: FoundRole,
  section: "braintrust" | "snowflake",
  { settings, other }: TrustSettings,
  fix: string,
  gathered: Gathered,
): void {
  const title = `trust of ${role.name}`;
  for (const [key, value] of Object.entries(settings)) {
    if (gathered.fill([section, key], value)) continue;
    const shown = JSON.stringify(value);
    gathered.say(
      "warn",
      title,
      `has another ${section}.${key} than the settings: ${shown}; the settings replace it`,
    );
  }
  if (other !== undefined) gathered.say("warn", title, `${other}; \`up\` replaces it`, fix);
}

/** What else grants rights to an identity: no resource of the program, so that it stays. */
function judgeOthers(
  name: string,
  kind: "role" | "user",
  identity: FoundIdentity,
  own: FoundPolicy | undefined,
  gathered: Gathered,
): void {
  for (const policy of identity.inline) {
    gathered.say(
      "warn",
      name,
      `its inline policy ${policy} stays, and grants what it grants`,
      `once the update is deployed: \`aws iam delete-${kind}-policy --${kind}-name ${identity.name} --policy-name ${policy}\``,
    );
  }
  for (const { arn } of identity.attached) {
    if (arn === own?.arn) continue;
    gathered.say(
      "warn",
      name,
      `the policy ${arn} stays attached to it`,
      `once the update is deployed: \`aws iam detach-${kind}-policy --${kind}-name ${identity.name} --policy-arn ${arn}\``,
    );
  }
}

/** IAM moves nothing to another path; the program has one for all. */
function judgePaths(
  all: readonly { readonly name: string; readonly path: string }[],
  gathered: Gathered,
): void {
  const [path = "/", ...others] = new Set(all.map((one) => one.path));
  if (others.length > 0) {
    const list = all.map((one) => `${one.name} ${one.path}`).join(", ");
    gathered.say(
      "fail",
      "paths",
      `roles, user and policies of a stack have one path, and these have several: ${list}; IAM moves none of them`,
      "leave those of another path out: pass a name that does not exist for them, and `up` creates others",
    );
  } else if (path !== "/" && !gathered.fill(["iam", "path"], path)) {
    gathered.say(
      "fail",
      "paths",
      `they are at ${path}, and iam.path is another one`,
      `set iam.path to ${path}`,
    );
  }
}

function judgeBoundaries(identities: readonly FoundIdentity[], gathered: Gathered): void {
  const arns = new Set(identities.map(({ boundaryArn }) => boundaryArn));
  const [arn] = [...arns].filter((one) => one !== undefined);
  if (arn === undefined) return;
  const same = gathered.fill(["iam", "permissionsBoundaryArn"], arn);
  if (same && arns.size === 1) return;
  gathered.say(
    "warn",
    "permissions boundary",
    "`up` gives all roles and the user the boundary of the settings",
    "look at permissionsBoundary in the preview",
  );
}
