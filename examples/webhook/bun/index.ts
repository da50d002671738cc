// Verifies a signed webhook: lets in only what was signed with the secret that both sides know.

type Request = { payload: unknown; headers: Record<string, string>; env: Record<string, string> };
type Response = { json(value: unknown, status?: number): void };

export default async (req: Request, res: Response) => {
  const secret = req.env.WEBHOOK_SECRET;
  if (!secret) return res.json({ error: "WEBHOOK_SECRET is not set" }, 500);
  if (typeof req.payload !== "string") return res.json({ error: "payload must be the raw body, a string" }, 400);
  const headers = new Map(Object.entries(req.headers).map(([name, value]) => [name.toLowerCase(), value]));
  if (!await isSigned(req.payload, secret, headers.get("x-hub-signature-256") ?? "")) {
    return res.json({ error: "signature does not match" }, 401);
  }
  res.json({ verified: true, event: headers.get("x-github-event") ?? null });
};

/** The signature is over the bytes of the body, so it must come as it was received. */
async function isSigned(body: string, secret: string, signature: string): Promise<boolean> {
  const digits = /^sha256=([0-9a-f]{64})$/.exec(signature)?.[1];
  if (!digits) return false;
  const bytes = (text: string) => new TextEncoder().encode(text);
  const key = await crypto.subtle.importKey("raw", bytes(secret), { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
  return crypto.subtle.verify("HMAC", key, Uint8Array.fromHex(digits), bytes(body)); // in constant time
}
