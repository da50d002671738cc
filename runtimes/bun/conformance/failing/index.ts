import absent from "absent";

export default (_req: unknown, res: { send(text: string): void }) => res.send(absent);
