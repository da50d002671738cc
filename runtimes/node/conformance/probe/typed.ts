// TypeScript that has to be compiled: taking the types away is not enough for an enum.
import createProbe from './interpreter.cjs';

enum File {
  Own = 'typed.ts',
}

const handler: createProbe.Handler = createProbe(File.Own);

export default handler;
