// Taking the types away is not enough for an enum. The handler a plain function.
import createProbe from "./interpreter.ts";

enum File {
  Own = "sibling.ts",
}

export default createProbe(File.Own);
