/** A sandbox in process whose calls pass the published models first, as they do over the wire. */
import { constraintsOf, validate, type Constraints } from '../../../src/lib/sandbox/validate.js';
import { drive, type Drive } from './drive.js';

/* eslint-disable-next-line @typescript-eslint/no-explicit-any -- the answers of a service's operations */
export type Call = (operation: string, input?: object) => any;

/** `const { d, call } = (await checked('ssm'))()`: a fresh sandbox, and calls to that service. */
export async function checked(service: string): Promise<() => { d: Drive; call: Call }> {
  const constraints: Constraints = await constraintsOf(service);
  return () => {
    const d = drive();
    return {
      d,
      call(operation, input = {}) {
        validate(constraints, service, operation, input);
        return d.call(service, operation, input);
      },
    };
  };
}

/** What an AWS error has to be, for `toThrow`. */
export const refused = (code: string, message: RegExp = /^/): unknown => ({
  asymmetricMatch: (error: { code?: string; message: string }) => error.code === code && message.test(error.message),
  toString: () => `${code} ${message}`,
});
