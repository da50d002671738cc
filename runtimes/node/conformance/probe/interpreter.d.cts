declare function createProbe(file: string): createProbe.Handler;

declare namespace createProbe {
  type Handler = (req: unknown, res: unknown) => unknown;
}

export = createProbe;
