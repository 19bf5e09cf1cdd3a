/** An empty page with a NextToken is not the end: SSM gives such pages, and only a missing token ends a list. */
import type { SSMClient } from '@aws-sdk/client-ssm';
import { expect, it } from 'vitest';
import { createPacer } from '../../../src/lib/aws/pacer.js';
import { createParameterStore } from '../../../src/lib/aws/parameter-store.js';
import { WRITES } from '../../../src/lib/aws/paces.js';
import { createSsmGateway } from '../../../src/lib/aws/ssm.js';
import { createClock } from '../../../src/lib/system/clock.js';

type Page = Record<string, unknown>;
/** A client that answers these pages in order, each by the token of the one before. */
function pagesOf(pages: readonly Page[]): { client: () => Promise<SSMClient>; tokens: unknown[] } {
  const tokens: unknown[] = [];
  const send = (command: { input: Page }) => {
    tokens.push(command.input['NextToken']);
    return Promise.resolve(pages[tokens.length - 1] ?? { Parameters: [] });
  };
  return { client: () => Promise.resolve({ send } as unknown as SSMClient), tokens };
}
const at = (name: string) => ({ Name: name, Value: 'x', Version: 1, LastModifiedDate: new Date(0) });
const PAGES = [
  { Parameters: [at('/a/1')], NextToken: 'one' },
  { Parameters: [], NextToken: 'two' },
  { Parameters: [], NextToken: 'three' },
  { Parameters: [at('/a/2')] },
];
const TOKENS = [undefined, 'one', 'two', 'three'];
const gateway = (client: () => Promise<SSMClient>) => createSsmGateway(client, client, 'here', createClock());

it('an empty page with a NextToken does not end what is listed by path', async () => {
  const { client, tokens } = pagesOf(PAGES);
  expect((await gateway(client).byPath('/a')).map((p) => p.name)).toEqual(['/a/1', '/a/2']);
  expect(tokens).toEqual(TOKENS);
});

it('an empty page with a NextToken does not end what is described, nor a history', async () => {
  const described = pagesOf(PAGES);
  expect((await gateway(described.client).describe(['/a/1', '/a/2'])).map((p) => p.name)).toEqual(['/a/1', '/a/2']);
  expect(described.tokens).toEqual(TOKENS);
  const history = pagesOf(PAGES);
  expect(await gateway(history.client).history('/a')).toHaveLength(2);
  expect(history.tokens).toEqual(TOKENS);
});

it('an empty page with a NextToken does not end a list of settings', async () => {
  const { client, tokens } = pagesOf(PAGES);
  const clock = createClock();
  const store = createParameterStore({
    ...{ reader: client, writer: client, where: 'here', clock, type: 'String' },
    pacer: createPacer(WRITES, clock),
  });
  expect((await store.list('/a')).map((p) => p.name)).toEqual(['/a/1', '/a/2']);
  expect(tokens).toEqual(TOKENS);
});
