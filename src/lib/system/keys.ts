/** One key from the terminal, without Enter. */
export interface KeySource {
  readonly isTTY?: boolean | undefined;
  setRawMode?(on: boolean): unknown;
  on(event: 'data', listen: (data: Buffer) => void): unknown;
  off(event: 'data', listen: (data: Buffer) => void): unknown;
  resume(): unknown;
  pause(): unknown;
}

const CTRL_C = 3;

/** The first of the keys that is pressed. In raw mode Ctrl-C is a key as well: it is passed on as the signal it stands for. */
export function readKey<K extends string>(stdin: KeySource, keys: readonly K[], onCtrlC: () => void): Promise<K> {
  return new Promise((resolve) => {
    const listen = (data: Buffer): void => {
      if (data.includes(CTRL_C)) return onCtrlC();
      const key = keys.find((k) => data.toString('utf8').toLowerCase().includes(k));
      if (key === undefined) return;
      stdin.off('data', listen);
      stdin.setRawMode?.(false);
      stdin.pause();
      resolve(key);
    };
    stdin.setRawMode?.(true);
    stdin.resume();
    stdin.on('data', listen);
  });
}
