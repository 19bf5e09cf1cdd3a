/** baf's own questions to a sandbox, under `/_baf/`: what was called, what shall fail, what roles used. */
import type { FaultRequest } from '../model/faults.js';
import type { Sandbox } from './dispatch.js';
import { applyFault, clearFaults, faultRows } from './faults.js';
import { iamReport, switchIam } from './iam/report.js';

/**
 * @param name `calls`, `iam`, `faults`, `faults/clear`, `fault`
 * @param body what it is about: `on` or `off` or nothing for `iam`, JSON for faults
 * @returns the answer, once what it changes is kept; null: there is no such question
 */
export async function answerQuestion(sandbox: Sandbox, name: string, body: string): Promise<object | null> {
  const { state } = sandbox.store;
  const keep = () => sandbox.store.keep(sandbox.clock.now(), 'now');
  /** A fault may change what comes next anywhere. */
  const touchAll = (): void => sandbox.world.cells().forEach((c) => sandbox.world.cell(c.account, c.region));
  switch (name) {
    case 'calls':
      return { calls: Object.values(state.calls).sort((a, b) => b.count - a.count) };
    case 'iam': {
      if (body === '') return iamReport(state);
      const report = switchIam(state, body === 'on');
      await keep();
      return report;
    }
    case 'faults':
      return { faults: faultRows(state) };
    case 'faults/clear': {
      const cleared = clearFaults(state, (JSON.parse(body) as { id: string | null }).id);
      touchAll();
      await keep();
      return { cleared };
    }
    case 'fault': {
      const catalogue = Object.fromEntries(sandbox.services.map((s) => [s.name, Object.keys(s.operations)]));
      const done = applyFault(state, JSON.parse(body) as FaultRequest, catalogue, sandbox.clock.now());
      if (done && 'unknown' in done) return done;
      touchAll();
      await keep();
      return { row: done };
    }
    default:
      return null;
  }
}
