import { Server, type UntypedServiceImplementation } from "@grpc/grpc-js";
import { main, type Provider } from "@pulumi/pulumi/provider";

/**
 * Serves the engine by the SDK's provider, with handlers of ours in place of its own: those keep the configuration to themselves
 * (`configure` of provider/server.js). Prints the port, which the engine reads.
 */
export function serveWith(handlers: UntypedServiceImplementation, provider: Provider): Promise<void> {
  const { addService } = Server.prototype;
  Server.prototype.addService = function (service, theirs) {
    Server.prototype.addService = addService;
    const names = Object.keys(service).filter((name) => name in theirs);
    const bound = names.map((name) => [name, theirs[name]?.bind(theirs)]);
    addService.call(this, service, { ...Object.fromEntries(bound), ...handlers });
  };
  return main(provider, process.argv.slice(2));
}
