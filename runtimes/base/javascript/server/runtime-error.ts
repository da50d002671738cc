/** An answer as it goes out: the headers are whole lines. */
export interface Answer {
  status: number;
  headers: string;
  body: Uint8Array | string;
}

const STATUS = {
  "unauthorized": 401,
  "method-not-allowed": 405,
  "too-large": 413,
  "bad-request": 400,
  "code-not-found": 404,
  "load-failed": 500,
  "function-error": 500,
  "no-response": 500,
  "invalid-response": 500,
};

/** An answer made by the runtime, not by the function. */
export class RuntimeError extends Error {
  answer: Answer;

  constructor(kind: keyof typeof STATUS, message: string, stack?: string, headers = "") {
    super(message);
    this.answer = {
      status: STATUS[kind],
      headers: `Content-Type: application/json\r\nX-Internal-Error: ${kind}\r\n${headers}`,
      body: JSON.stringify({ code: STATUS[kind], message, stack }),
    };
  }
}

/** What there is to say about a thrown value, which may be anything and may throw when asked. */
export function describe(error: unknown): { text: string; message: string; stack: string } {
  try {
    const text = String(error);
    const { message, stack } = Object(error) as { message?: unknown; stack?: unknown };
    return {
      text: firstLine(text),
      message: firstLine(typeof message === "string" && message !== "" ? message : text),
      stack: typeof stack === "string" ? stack : text,
    };
  } catch {
    const text = "A value was thrown that cannot be shown.";
    return { text, message: text, stack: text };
  }
}

function firstLine(text: string): string {
  return text.split(/[\r\n]/, 1)[0];
}
