import { expect, it } from 'vitest';
import { warningLines } from '../../../src/lib/output/warnings.js';

it('says once what is alike of many targets, and everything else as it is', () => {
  const targets = ['a/eu-west-1', 'a/us-east-1', 'b/eu-west-1'];
  const warnings = [
    ...targets.map((t) => `${t}: access denied`),
    'stg is not an environment: baf.yaml',
    'c/eu-west-1: ssm:GetParameters was refused: 111111111111',
    'd/eu-west-1: ssm:GetParameters was refused: 222222222222',
    'e/eu-west-1: gone 333333333333',
  ];
  expect(warningLines(warnings, 1000)).toEqual([
    'a/eu-west-1,us-east-1, b/eu-west-1: access denied',
    'stg is not an environment: baf.yaml',
    'c/eu-west-1, d/eu-west-1: ssm:GetParameters was refused: ACCOUNT',
    'e/eu-west-1: gone 333333333333',
  ]);
  expect(warningLines(warnings.slice(0, 3), 45)).toEqual(['a/eu-west-1,us-east-1 (+1): access denied']);
  expect(warningLines([], 80)).toEqual([]);
});
