import { expect, it } from 'vitest';
import { movesSince } from '../../../src/lib/rollout/moved.js';

const arn = (revision: number) => `arn:aws:ecs:eu-west-1:111111111111:task-definition/shop-ui:${revision}`;
const found = { deploymentId: 'ecs-svc/1', taskDefinitionArn: arn(4), tagVersion: 7 };
const primary = { id: 'ecs-svc/1', taskDefinitionArn: arn(4) };

it.each([
  ['nothing', found, { primary, tagVersion: 7 }, []],
  ['nothing in a staging, which has no tag', { ...found, tagVersion: null }, { primary, tagVersion: null }, []],
  [
    'nothing where nothing is',
    { deploymentId: null, taskDefinitionArn: null, tagVersion: 0 },
    { primary: null, tagVersion: 0 },
    [],
  ],
  ['the tag', found, { primary, tagVersion: 8 }, ['deploy tag version 7 -> version 8']],
  ['a tag that is gone', found, { primary, tagVersion: 0 }, ['deploy tag version 7 -> none']],
  [
    'the service',
    found,
    { primary: { id: 'ecs-svc/2', taskDefinitionArn: arn(5) }, tagVersion: 7 },
    ['service shop-ui:4 (ecs-svc/1) -> shop-ui:5 (ecs-svc/2)'],
  ],
  [
    'a deployment that was forced',
    found,
    { primary: { ...primary, id: 'ecs-svc/2' }, tagVersion: 7 },
    ['service shop-ui:4 (ecs-svc/1) -> shop-ui:4 (ecs-svc/2)'],
  ],
  ['a service that is gone', found, { primary: null, tagVersion: 7 }, ['service shop-ui:4 (ecs-svc/1) -> none']],
  [
    'a service that somebody else made',
    { deploymentId: null, taskDefinitionArn: null, tagVersion: 0 },
    { primary, tagVersion: 1 },
    ['deploy tag none -> version 1', 'service none -> shop-ui:4 (ecs-svc/1)'],
  ],
])('tells %s', (_what, then, now, expected) => {
  expect(movesSince(then, now).map(({ what, from, to }) => `${what} ${from} -> ${to}`)).toEqual(expected);
});
