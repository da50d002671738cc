// A handler, but under a name and not the module's default.
export const handler = (_req: unknown, res: { send(text: string): void }) => res.send("never");
