/** Opens an address in a browser: the commands in BROWSER first, else what the platform has for it. */
import { spawn } from 'node:child_process';
import { delimiter } from 'node:path';

export type OpenCommand = readonly [program: string, ...args: string[]];

/** Commands in the order in which they are tried. BROWSER is a list; `%s` in a command is the address, else it comes last. */
export function openCommands(url: string, env: Readonly<Record<string, string | undefined>>, platform: string): OpenCommand[] {
  const own = (env['BROWSER'] ?? '')
    .split(delimiter)
    .map((command) => wordsOf(command))
    .filter((words) => words.length > 0)
    .map((words) => (words.some((w) => w.includes('%s')) ? words.map((w) => w.replaceAll('%s', url)) : [...words, url]));
  return [...own, ...(PLATFORMS[platform] ?? PLATFORMS['linux']!).map((words) => [...words, url])] as unknown as OpenCommand[];
}

const PLATFORMS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  darwin: [['open']],
  win32: [['rundll32', 'url.dll,FileProtocolHandler']],
  linux: [['xdg-open'], ['wslview'], ['sensible-browser']],
};

/** Blanks separate, quotes hold together. */
const wordsOf = (command: string): string[] =>
  [...command.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map((m) => m[1] ?? m[2] ?? m[3] ?? '');

/** Whether one of them could be started. What it does from there on is its own affair. */
export async function openInBrowser(commands: readonly OpenCommand[]): Promise<boolean> {
  for (const [program, ...args] of commands) if (await starts(program, args)) return true;
  return false;
}

const starts = (program: string, args: readonly string[]): Promise<boolean> =>
  new Promise((resolve) => {
    const child = spawn(program, args, { stdio: 'ignore', detached: true });
    child.once('error', () => resolve(false));
    child.once('spawn', () => {
      child.unref();
      resolve(true);
    });
  });
