/** The only place that calls the Parameter Store. */
import type {
  DescribeParametersCommandInput,
  DescribeParametersCommandOutput,
  GetParametersCommandInput,
  GetParametersCommandOutput,
  Parameter as SdkParameter,
  SSMClient,
} from '@aws-sdk/client-ssm';
import type { SsmGateway } from '../engine/effects.js';
import { UserError } from '../errors/user-error.js';
import type { Clock } from '../model/clock.js';
import type { Parameter, ParameterMetadata } from '../model/parameter.js';
import { keepSecret } from '../redaction/secrets.js';
import { awsCode, explainAwsError } from './errors.js';
import { createPacer, type Pacer, type Urgency } from './pacer.js';
import { READS, WRITES } from './paces.js';
import { sendRead } from './short-way.js';
import { ATTEMPTS, becameOf, BUSY, historyOf, pauseAfter, putOnce } from './ssm-put.js';

/** `writer` must not try again by itself: each PutParameter makes a version. `pacer`: of all that is written there. */
export function createSsmGateway(
  client: () => Promise<SSMClient>,
  writer: () => Promise<SSMClient>,
  where: string,
  clock: Clock,
  pacer: Pacer = createPacer(WRITES, clock),
): SsmGateway {
  const reads = createPacer(READS, clock);
  const sdk = () => import('./sdk/ssm.js');
  const call = async <T>(name: string, act: () => Promise<T>): Promise<T> => {
    try {
      return await act();
    } catch (error) {
      throw explainAwsError(error, `ssm:${name}`, where);
    }
  };
  /** A write that bears being made twice: again, at the pacer's pace, where SSM was busy or no answer came. */
  const change = <T>(name: string, act: () => Promise<T>, urgency: Urgency = 'usual'): Promise<T> =>
    call(name, async () => {
      for (let attempt = 1; ; attempt++) {
        try {
          return await pacer.run(act, urgency);
        } catch (error) {
          if (attempt === ATTEMPTS || becameOf(error) === 'refused') throw error;
          if (BUSY.has(awsCode(error))) pacer.slowDown();
          await clock.sleep(pauseAfter(attempt));
        }
      }
    });
  return {
    async get(names) {
      const pages: Promise<Parameter[]>[] = [];
      for (let i = 0; i < names.length; i += 10)
        pages.push(
          call('GetParameters', async () => {
            const Names = names.slice(i, i + 10);
            await reads.turn();
            const page = await sendRead<GetParametersCommandInput, GetParametersCommandOutput>(
              await client(),
              (await sdk()).GetParametersCommand,
              { Names },
              withTimes,
            );
            return (page.Parameters ?? []).map(toParameter);
          }),
        );
      return (await Promise.all(pages)).flat();
    },
    async byPath(path) {
      const found: Parameter[] = [];
      let NextToken: string | undefined;
      // A page may be empty and still carry a token: only a missing token ends the listing.
      do {
        await reads.turn();
        const page = await call('GetParametersByPath', async () =>
          (await client()).send(new (await sdk()).GetParametersByPathCommand({ Path: path, Recursive: true, NextToken })),
        );
        found.push(...(page.Parameters ?? []).map(toParameter));
        NextToken = page.NextToken;
      } while (NextToken);
      return found;
    },
    async describe(names) {
      const pages: Promise<ParameterMetadata[]>[] = [];
      for (let i = 0; i < names.length; i += 50)
        pages.push(
          call('DescribeParameters', async () => {
            const found: ParameterMetadata[] = [];
            let NextToken: string | undefined;
            do {
              const page = await sendRead<DescribeParametersCommandInput, DescribeParametersCommandOutput>(
                await client(),
                (await sdk()).DescribeParametersCommand,
                {
                  ParameterFilters: [{ Key: 'Name', Option: 'Equals', Values: names.slice(i, i + 50) }],
                  MaxResults: 50,
                  NextToken,
                },
                withTimes,
              );
              for (const p of page.Parameters ?? [])
                found.push({
                  name: p.Name ?? '',
                  version: p.Version ?? 0,
                  description: p.Description ?? null,
                  updatedBy: p.LastModifiedUser ?? null,
                  updatedAt: p.LastModifiedDate?.getTime() ?? 0,
                });
              NextToken = page.NextToken;
            } while (NextToken);
            return found;
          }),
        );
      return (await Promise.all(pages)).flat();
    },
    async history(name) {
      const versions = await call('GetParameterHistory', () => historyOf(name, client));
      return versions.map((v) => {
        if (v.Type === 'SecureString') keepSecret(v.Value);
        return {
          version: v.Version ?? 0,
          value: v.Value ?? '',
          type: v.Type ?? 'String',
          description: v.Description ?? null,
          updatedBy: v.LastModifiedUser ?? null,
          updatedAt: v.LastModifiedDate?.getTime() ?? 0,
          labels: v.Labels ?? [],
        };
      });
    },
    async put(Name, Value, { description, create, after, urgent }) {
      const input = { Name, Value, Type: 'String' as const, Description: description, Overwrite: !create };
      try {
        return await putOnce(input, create ? 0 : after, { client: writer, where, clock, pacer, urgent });
      } catch (error) {
        if (create && awsCode(error) === 'ParameterAlreadyExists')
          throw new UserError('ParameterAlreadyExists', { message: `${Name} exists in ${where}.`, exitCode: 4 });
        throw explainAwsError(error, 'ssm:PutParameter', where);
      }
    },
    async label(Name, ParameterVersion, Labels) {
      const input = { Name, ParameterVersion, Labels: [...Labels] };
      // After tags: a rollout can begin by each of these, and by a label one is at its end.
      const act = async () => (await writer()).send(new (await sdk()).LabelParameterVersionCommand(input));
      const answer = await change('LabelParameterVersion', act, 'later');
      if (answer.InvalidLabels?.length)
        throw new UserError('InvalidLabels', {
          message: `SSM refused the labels ${answer.InvalidLabels.join(', ')} of ${Name} in ${where}.`,
          exitCode: 1,
        });
    },
    async unlabel(Name, ParameterVersion, Labels) {
      await change('UnlabelParameterVersion', async () =>
        (await writer()).send(new (await sdk()).UnlabelParameterVersionCommand({ Name, ParameterVersion, Labels: [...Labels] })),
      );
    },
    async delete(Name) {
      try {
        await (await client()).send(new (await sdk()).DeleteParameterCommand({ Name }));
      } catch (error) {
        if (awsCode(error) !== 'ParameterNotFound') throw explainAwsError(error, 'ssm:DeleteParameter', where);
      }
    },
    estimateWrites: (count) => pacer.estimate(count),
  };
}

/** JSON tells times in seconds. */
function withTimes<T>(json: object): T {
  for (const one of (json as { Parameters?: { LastModifiedDate?: unknown }[] }).Parameters ?? [])
    if (typeof one.LastModifiedDate === 'number') one.LastModifiedDate = new Date(Math.round(one.LastModifiedDate * 1000));
  return json as T;
}

function toParameter(p: SdkParameter): Parameter {
  if (p.Type === 'SecureString') keepSecret(p.Value);
  return {
    name: p.Name ?? '',
    value: p.Value ?? '',
    version: p.Version ?? 0,
    updatedAt: p.LastModifiedDate?.getTime() ?? 0,
    type: p.Type ?? 'String',
    selector: p.Selector ?? null,
  };
}
