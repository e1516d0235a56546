import type { Command, CommandUnknownOpts, Option } from "@commander-js/extra-typings";
import { BIN } from "../command-line";
import { UsageError } from "../errors";
import { print } from "../terminal/terminal";

/** `completion` on the command line. */
export function defineCompletion(command: Command, program: () => Promise<CommandUnknownOpts>): void {
  command
    .argument("<shell>", "bash, zsh or fish")
    .action(async (shell) => completion(await program(), shell));
}

/** What an option's value may be, for the shell to offer. */
type Values =
  | { readonly kind: "choices"; readonly choices: readonly string[] }
  | { readonly kind: "stacks" | "folders" | "files" | "none" };

interface OptionEntry {
  readonly flags: readonly string[];
  readonly description: string;
  /** Absent where the option takes no value. */
  readonly values?: Values;
}

interface CommandEntry {
  readonly name: string;
  readonly description: string;
  readonly options: readonly OptionEntry[];
}

const scripts = new Map([
  ["bash", bashScript],
  ["zsh", zshScript],
  ["fish", fishScript],
]);

/** `completion`: the script by which a shell completes commands, options, stacks and files. */
function completion(program: CommandUnknownOpts, shell: string): void {
  print(completionScript(program, shell));
}

/** @throws UsageError for a shell without a script. */
export function completionScript(program: CommandUnknownOpts, shell: string): string {
  const script = scripts.get(shell);
  if (script === undefined) {
    throw new UsageError(
      `completion ${JSON.stringify(shell)}: the shell must be one of ${[...scripts.keys()].join(", ")}`,
    );
  }
  const common = program.options.map(optionEntry);
  return script(
    program.commands.map((command) => ({
      name: command.name(),
      description: command.description(),
      options: [
        ...command.options.filter(({ hidden }) => !hidden).map(optionEntry),
        ...common,
        { flags: ["-h", "--help"], description: "display help for command" },
      ],
    })),
  );
}

function optionEntry(option: Option): OptionEntry {
  const flags = [option.short, option.long].filter((flag) => flag !== undefined);
  const takesValue = option.required || option.optional;
  return { flags, description: option.description, ...(takesValue ? { values: valuesOf(option) } : {}) };
}

function valuesOf({ argChoices, long, flags }: Option): Values {
  if (argChoices !== undefined) return { kind: "choices", choices: argChoices };
  if (long === "--stack") return { kind: "stacks" };
  const name = /[<[]([^>\]]+)/.exec(flags)?.[1] ?? "";
  if (name === "dir") return { kind: "folders" };
  return { kind: ["file", "path"].includes(name) ? "files" : "none" };
}

/** The stacks of the folder's Pulumi.<stack>.yaml, a line each, in every shell's own syntax of functions. */
const STACKS = `ls 2>/dev/null | sed -n 's/^Pulumi\\.\\(.*\\)\\.yaml$/\\1/p'`;

function bashScript(commands: readonly CommandEntry[]): string {
  const words = commands.map(({ name }) => name);
  const valued = commands.flatMap(({ name, options }) =>
    options.flatMap(({ flags, values }) =>
      values === undefined
        ? []
        : [`    ${flags.map((flag) => `${name}:${flag}`).join("|")}) ${bashValues(values)}; return ;;`],
    ),
  );
  const flags = commands.map(
    ({ name, options }) =>
      `    ${name}) words=${quoted(options.flatMap((option) => option.flags).join(" "))} ;;`,
  );
  return `# source <(${BIN} completion bash)
_braintrust_snowflake() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} command= words= word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in
    ${words.join("|")}) command=$word; break ;;
    esac
  done
  COMPREPLY=()
  case $command:$previous in
${valued.join("\n")}
  esac
  case $command in
    '') words=${quoted(words.join(" "))} ;;
${flags.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -F _braintrust_snowflake ${BIN}`;
}

function bashValues(values: Values): string {
  if (values.kind === "folders") return `compopt -o filenames; COMPREPLY=($(compgen -d -- "$current"))`;
  if (values.kind === "files") return `compopt -o filenames; COMPREPLY=($(compgen -f -- "$current"))`;
  if (values.kind === "none") return ":";
  const words = values.kind === "choices" ? quoted(values.choices.join(" ")) : `"$(${STACKS})"`;
  return `COMPREPLY=($(compgen -W ${words} -- "$current"))`;
}

function zshScript(commands: readonly CommandEntry[]): string {
  const described = (text: string) => text.replace(/[\\[\]:]/g, "\\$&");
  const names = commands.map(({ name, description }) => `    ${quoted(`${name}:${described(description)}`)}`);
  const cases = commands.map(({ name, options }) => {
    const specs = options.flatMap(({ flags, description, values }) =>
      flags.map((flag) => {
        const excluded = flags.length > 1 ? `(${flags.join(" ")})` : "";
        return quoted(`${excluded}${flag}[${described(description)}]${zshValues(values)}`);
      }),
    );
    const argument = name === "completion" ? [quoted(`1:shell:(${[...scripts.keys()].join(" ")})`)] : [];
    return `      ${name}) _arguments ${[...specs, ...argument].join(" ")} ;;`;
  });
  return `#compdef ${BIN}
# source <(${BIN} completion zsh), after compinit
_braintrust_snowflake_stacks() {
  compadd -- \${(f)"$(${STACKS})"}
}
_braintrust_snowflake() {
  local -a commands
  local context state line
  commands=(
${names.join("\n")}
  )
  _arguments -C '1:command:->command' '*::argument:->argument'
  case $state in
    command) _describe command commands ;;
    argument) case $line[1] in
${cases.join("\n")}
    esac ;;
  esac
}
compdef _braintrust_snowflake ${BIN}`;
}

function zshValues(values: Values | undefined): string {
  if (values === undefined) return "";
  if (values.kind === "choices") return `:value:(${values.choices.join(" ")})`;
  const actions = { stacks: "_braintrust_snowflake_stacks", folders: "_files -/", files: "_files", none: "" };
  return `:value:${actions[values.kind]}`;
}

function fishScript(commands: readonly CommandEntry[]): string {
  const names = commands.map(({ name }) => name).join(" ");
  const lines = commands.flatMap(({ name, description, options }) => [
    `complete -c ${BIN} -n ${quoted(`not __fish_seen_subcommand_from ${names}`)} -a ${name} -d ${fishQuoted(description)}`,
    ...options.map(({ flags, description: text, values }) => {
      const forms = flags.map((flag) =>
        flag.startsWith("--") ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`,
      );
      const seen = quoted(`__fish_seen_subcommand_from ${name}`);
      return `complete -c ${BIN} -n ${seen} ${forms.join(" ")}${fishValues(values)} -d ${fishQuoted(text)}`;
    }),
  ]);
  const shells = [...scripts.keys()].join(" ");
  return `# ${BIN} completion fish | source
function __braintrust_snowflake_stacks
  ${STACKS}
end
complete -c ${BIN} -f
${lines.join("\n")}
complete -c ${BIN} -n '__fish_seen_subcommand_from completion' -a ${quoted(shells)}`;
}

function fishValues(values: Values | undefined): string {
  if (values === undefined) return "";
  if (values.kind === "choices") return ` -x -a ${quoted(values.choices.join(" "))}`;
  const arguments_ = {
    stacks: " -x -a '(__braintrust_snowflake_stacks)'",
    folders: " -x -a '(__fish_complete_directories)'",
    files: " -r -F",
    none: " -x",
  };
  return arguments_[values.kind];
}

/** A text in single quotes, as bash and zsh read it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function fishQuoted(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}
