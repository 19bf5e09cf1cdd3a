/** Reading files at the edge: null where there is none. */
import { readFile, readdir } from 'node:fs/promises';

export interface Files {
  read(path: string): Promise<string | null>;
  list(path: string): Promise<string[]>;
}

const absent = (error: NodeJS.ErrnoException): boolean =>
  error.code === 'ENOENT' || error.code === 'ENOTDIR' || error.code === 'EISDIR';

export const files: Files = {
  async read(path) {
    try {
      return await readFile(path, 'utf8');
    } catch (error) {
      if (absent(error as NodeJS.ErrnoException)) return null;
      throw error;
    }
  },
  async list(path) {
    try {
      return (await readdir(path)).sort();
    } catch (error) {
      if (absent(error as NodeJS.ErrnoException)) return [];
      throw error;
    }
  },
};
