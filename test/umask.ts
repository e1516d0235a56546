/** Every test begins with the usual umask, whatever the user's is and whatever the test before it set. */
export const mochaHooks = {
  beforeEach(): void {
    process.umask(0o022);
  },
};
