/** Sizes of tasks that Fargate has. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html */

interface Memory {
  readonly least: number;
  readonly most: number;
  readonly step: number;
  /** Where not every step is there. */
  readonly only?: readonly number[];
}

/** MiB of memory by CPU units. */
const SIZES: Readonly<Record<string, Memory>> = {
  256: { least: 512, most: 2048, step: 512, only: [512, 1024, 2048] },
  512: { least: 1024, most: 4096, step: 1024 },
  1024: { least: 2048, most: 8192, step: 1024 },
  2048: { least: 4096, most: 16_384, step: 1024 },
  4096: { least: 8192, most: 30_720, step: 1024 },
  8192: { least: 16_384, most: 61_440, step: 4096 },
  16384: { least: 32_768, most: 122_880, step: 8192 },
};

export const FARGATE_CPU: readonly string[] = Object.keys(SIZES);

/** Whether there are tasks of that size, and the memory that goes with the CPU units, in words; null where no memory does. */
export function fargateSize(cpu: string, memory: number): { readonly legal: boolean; readonly allowed: string } | null {
  if (!Object.hasOwn(SIZES, cpu)) return null;
  const { least, most, step, only } = SIZES[cpu]!;
  return {
    legal: only ? only.includes(memory) : memory >= least && memory <= most && (memory - least) % step === 0,
    allowed: only ? only.join(', ') : `${least} to ${most} in steps of ${step}`,
  };
}
