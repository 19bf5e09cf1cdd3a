/** What is said to do where AWS refuses a call. */
import { expect, it } from 'vitest';
import { explainAwsError } from '../../../src/lib/aws/errors.js';

const told = (name: string, message: string) => {
  const error = explainAwsError(Object.assign(new Error(message), { name }), 'ecs:UpdateService', 'a/eu-west-1');
  return [error.code, error.exitCode, error.nextSteps.join(' ')];
};
const who = 'User: arn:aws:sts::111111111111:assumed-role/baf-deploy/ana is not authorized to perform: ecs:UpdateService';
const service = 'arn:aws:ecs:eu-west-1:111111111111:service/baf/ui';

it('names the right that is missing, who lacks it, and where it is written down', () => {
  const because = 'because no identity-based policy allows the ecs:UpdateService action';
  expect(told('AccessDeniedException', `${who} on resource: ${service} ${because}`)).toEqual([
    'AccessDenied',
    3,
    expect.stringMatching(
      /^Missing for the role baf-deploy of 111111111111: ecs:UpdateService on arn:\S+service\/baf\/ui\. .*baf-deploy\.json/,
    ),
  ]);
  expect(told('AccessDenied', `${who} ${because}`)[2]).toMatch(/: ecs:UpdateService\. /);
  expect(told('UnauthorizedOperation', `You are not authorized to perform this operation. ${who} on resource: *`)).toEqual([
    'AccessDenied',
    3,
    expect.stringMatching(/: ecs:UpdateService\. /),
  ]);
  const user = who.replace('sts::111111111111:assumed-role/baf-deploy/ana', 'iam::111111111111:user/ci');
  expect(told('AccessDenied', `${user} ${because}`)[2]).toMatch(/^Missing for the user ci of 111111111111: /);
});
it('names what stands against it where a grant alone would not help', () => {
  const scp = `${who} on resource: ${service} with an explicit deny in a service control policy: arn:aws:organizations::1:policy/p`;
  expect(told('AccessDenied', scp)[2]).toMatch(/^It is a service control policy that denies ecs:UpdateService on \S+:/);
  const none = (what: string) => `${who} on resource: ${service} because no ${what} allows the ecs:UpdateService action`;
  expect(told('AccessDenied', none('service control policy'))[2]).toMatch(/organization/);
  expect(told('AccessDenied', none('permissions boundary'))[2]).toMatch(/^The permissions boundary of the role baf-deploy/);
});
it('sends to the login only where the session itself is refused', () => {
  expect(told('ExpiredTokenException', 'The security token included in the request is expired')[2]).toMatch(/AWS login/);
  expect(told('AccessDenied', 'Access Denied')[2]).not.toMatch(/login/);
});
