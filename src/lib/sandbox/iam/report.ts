/** What roles asked for while IAM was enforced: which of their rights are used, and which they lack. */
import type { IamReport } from '../../model/iam.js';
import type { State } from '../state.js';

export const iamReport = (state: State): IamReport => ({
  enforced: state.iam === 'enforced',
  access: Object.entries(state.access ?? {})
    .map(([key, counts]) => {
      const [role = '', action = ''] = key.split(' ');
      return { role, action, ...counts };
    })
    .sort((a, b) => (a.role + a.action < b.role + b.action ? -1 : 1)),
});

/** Switching it on begins the report anew. */
export function switchIam(state: State, on: boolean): IamReport {
  if (on && state.iam !== 'enforced') state.access = {};
  state.iam = on ? 'enforced' : 'off';
  return iamReport(state);
}
