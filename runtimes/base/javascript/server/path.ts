const TWISTED = /\/(\/|\.|$)/; // only such a path has another spelling

/** The one spelling of an absolute path. Lexical: no file system is asked, symbolic links are followed. */
export function normalize(path: string): string {
  if (!TWISTED.test(path)) return path;
  const kept: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") kept.pop();
    else if (part !== "" && part !== ".") kept.push(part);
  }
  return `/${kept.join("/")}`;
}

/** Whether a relative path, at each of its steps, is below where it begins. */
export function staysInside(file: string): boolean {
  if (file.includes("\0") || file.startsWith("/")) return false;
  if (!file.includes("..")) return true;
  let depth = 0;
  for (const part of file.split("/")) {
    if (part === "..") depth -= 1;
    else if (part !== "" && part !== ".") depth += 1;
    if (depth < 0) return false;
  }
  return true;
}
