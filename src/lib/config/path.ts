/** Paths as texts: what the pure parts need of them. */
export const joinPath = (dir: string, name: string): string => (isAbsolute(name) ? name : normal(`${dir}/${name}`));
export const isAbsolute = (path: string): boolean => /^([\\/]|[A-Za-z]:[\\/])/.test(path);
export const parentOf = (path: string): string => path.replace(/[\\/]+[^\\/]*[\\/]*$/, '') || (path.startsWith('/') ? '/' : path);

function normal(path: string): string {
  const parts: string[] = [];
  for (const part of path.split(/[\\/]+/)) {
    if (part === '.' || (part === '' && parts.length > 0)) continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..' && parts.at(-1) !== '') parts.pop();
    else parts.push(part);
  }
  return parts.join('/') || '.';
}

/** Reading, as the edge gives it: null where there is no such file. */
export interface Files {
  read(path: string): Promise<string | null>;
  list(path: string): Promise<string[]>;
}
