/** Questions that are asked at the same moment become one call: forty rollouts that start together look ten services a time. */
export class Gather<K, V> {
  private waiting: { keys: readonly K[]; resolve: (found: V[]) => void; reject: (error: unknown) => void }[] = [];

  /** @param ask answers any number of keys; each asker gets all that was found and picks its own */
  constructor(private readonly ask: (keys: readonly K[]) => Promise<V[]>) {}

  get(keys: readonly K[]): Promise<V[]> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ keys, resolve, reject });
      if (this.waiting.length === 1) setImmediate(() => void this.run());
    });
  }

  private async run(): Promise<void> {
    const asked = this.waiting;
    this.waiting = [];
    try {
      const found = await this.ask([...new Set(asked.flatMap(({ keys }) => keys))]);
      for (const { resolve } of asked) resolve(found);
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  }
}
