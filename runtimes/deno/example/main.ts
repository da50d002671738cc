type Request = { payload: { name?: string } };
type Response = { json(value: unknown, status?: number): void };

// Greets the person that the payload names.
export default async (req: Request, res: Response) => {
  const { name = "world" } = req.payload;
  res.json({ message: `Hello, ${name}!` });
};
