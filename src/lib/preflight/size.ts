/** A legal size on Fargate. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html */
import { FARGATE_CPU, fargateSize } from '../model/fargate.js';
import { cpuUnits, mebibytes } from '../rollout/diff/definition.js';
import { ok, problem, type Finding } from './finding.js';

export function judgeSize(definition: Readonly<Record<string, unknown>>, onFargate: boolean): Finding | null {
  if (!onFargate) return null;
  const cpu = cpuUnits(definition['cpu'] ?? '');
  const memory = Number(mebibytes(definition['memory'] ?? ''));
  const size = fargateSize(cpu, memory);
  if (size === null)
    return problem(
      'size',
      `Fargate has no tasks of ${cpu || 'no'} CPU units`,
      `Sizes that it has: cpu: ${FARGATE_CPU.join(', ')}.`,
    );
  if (size.legal) return ok('size', `cpu ${cpu}, memory ${memory}`);
  return problem(
    'size',
    `Fargate has no tasks of ${cpu} CPU units with ${memory} MiB`,
    `With cpu: ${cpu} memory is ${size.allowed}.`,
  );
}
