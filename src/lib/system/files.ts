/** Reading files at the edge: null where there is none. */
import { promises, readFileSync } from 'node:fs';

export interface Files {
  read(path: string): Promise<string | null>;
  list(path: string): Promise<string[]>;
}

const absent = (error: NodeJS.ErrnoException): boolean =>
  error.code === 'ENOENT' || error.code === 'ENOTDIR' || error.code === 'EISDIR';

/** What a command needs at once is read at once. */
export const files: Files = {
  async read(path) {
    try {
      return readFileSync(path, 'utf8');
    } catch (error) {
      if (absent(error as NodeJS.ErrnoException)) return null;
      throw error;
    }
  },
  async list(path) {
    try {
      return (await promises.readdir(path)).sort();
    } catch (error) {
      if (absent(error as NodeJS.ErrnoException)) return [];
      throw error;
    }
  },
};
