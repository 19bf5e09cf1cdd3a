/** The only place that calls CloudFormation. */
import type { CloudFormationClient, Stack } from '@aws-sdk/client-cloudformation';
import type { CloudFormationGateway, StackEvent, StackState } from '../stacks/cloudformation/gateway.js';
import { explainAwsError } from './errors.js';

/** Templates may make roles: AWS wants that to be said. */
const CAPABILITIES = ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM'] as const;

const stateOf = (stack: Stack): StackState => ({
  id: stack.StackId ?? '',
  status: stack.StackStatus ?? '',
  reason: stack.StackStatusReason ?? null,
  tags: Object.fromEntries((stack.Tags ?? []).map((t) => [t.Key!, t.Value!])),
  outputs: Object.fromEntries((stack.Outputs ?? []).map((o) => [o.OutputKey!, o.OutputValue!])),
});

export function createCloudFormationGateway(client: () => Promise<CloudFormationClient>, where: string): CloudFormationGateway {
  const sdk = () => import('./sdk/cloudformation.js');
  const call = async <T>(name: string, act: () => Promise<T>): Promise<T> => {
    try {
      return await act();
    } catch (error) {
      throw explainAwsError(error, `cloudformation:${name}`, where);
    }
  };
  const says = (error: unknown, text: RegExp): boolean => error instanceof Error && text.test(error.message);
  const list = (tags: Readonly<Record<string, string>>) => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  return {
    async describe(StackName) {
      try {
        const { Stacks = [] } = await (await client()).send(new (await sdk()).DescribeStacksCommand({ StackName }));
        const stack = Stacks[0];
        return stack ? stateOf(stack) : null;
      } catch (error) {
        if (says(error, /does not exist/)) return null;
        throw explainAwsError(error, 'cloudformation:DescribeStacks', where);
      }
    },
    list: (page) =>
      call('DescribeStacks', async () => {
        const { DescribeStacksCommand } = await sdk();
        const { Stacks = [], NextToken } = await (
          await client()
        ).send(new DescribeStacksCommand({ NextToken: page ?? undefined }));
        return { stacks: Stacks.map((s) => ({ name: s.StackName ?? '', state: stateOf(s) })), next: NextToken ?? null };
      }),
    template: (StackName) =>
      call('GetTemplate', async () => {
        const answer = await (
          await client()
        ).send(new (await sdk()).GetTemplateCommand({ StackName, TemplateStage: 'Original' }));
        return answer.TemplateBody ?? '{}';
      }),
    events: (StackName, token) =>
      call('DescribeStackEvents', async () => {
        const { DescribeStackEventsCommand } = await sdk();
        const c = await client();
        const found: StackEvent[] = [];
        let NextToken: string | undefined;
        let begun = false;
        // Newest first: the operation's events are at the head, and older ones need not be read.
        do {
          const page = await c.send(new DescribeStackEventsCommand({ StackName, NextToken }));
          for (const e of page.StackEvents ?? []) {
            if (e.ClientRequestToken !== token) {
              if (begun) return found;
              continue;
            }
            begun = true;
            found.push({
              at: e.Timestamp?.getTime() ?? 0,
              logicalId: e.LogicalResourceId ?? '',
              type: e.ResourceType ?? '',
              status: e.ResourceStatus ?? '',
              reason: e.ResourceStatusReason ?? null,
            });
          }
          NextToken = page.NextToken;
        } while (NextToken);
        return found;
      }),
    create: ({ name, body, tags, token }) =>
      call('CreateStack', async () => {
        const input = {
          StackName: name,
          TemplateBody: body,
          Tags: list(tags),
          ClientRequestToken: token,
          Capabilities: [...CAPABILITIES],
        };
        return (await (await client()).send(new (await sdk()).CreateStackCommand(input))).StackId ?? name;
      }),
    async update({ name, body, tags, token }) {
      try {
        const input = {
          StackName: name,
          TemplateBody: body,
          Tags: list(tags),
          ClientRequestToken: token,
          Capabilities: [...CAPABILITIES],
        };
        await (await client()).send(new (await sdk()).UpdateStackCommand(input));
        return 'started';
      } catch (error) {
        if (says(error, /No updates are to be performed/)) return 'unchanged';
        throw explainAwsError(error, 'cloudformation:UpdateStack', where);
      }
    },
    delete: (StackName, ClientRequestToken) =>
      call('DeleteStack', async () => {
        await (await client()).send(new (await sdk()).DeleteStackCommand({ StackName, ClientRequestToken }));
      }),
  };
}
