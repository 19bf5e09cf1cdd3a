/** `baf sandbox iam [on|off]`. */
import { openSandbox, readFiles, type AppFlags } from '../app.js';
import type { IamReport } from '../model/iam.js';

interface Done {
  readonly json: { readonly iam: IamReport };
  readonly text: string;
}

/** Null only asks. */
export async function sandboxIam(to: 'on' | 'off' | null, flags: AppFlags): Promise<Done> {
  const { project, platform } = await readFiles(flags);
  const sandbox = await openSandbox(project, platform, flags);
  try {
    const report = JSON.parse(await sandbox.ask('iam', to ?? '')) as IamReport;
    return { json: { iam: report }, text: textOf(report) };
  } finally {
    await sandbox.close();
  }
}

function textOf({ enforced, access }: IamReport): string {
  const head = enforced
    ? 'IAM is enforced: a role may do only what its policies say.'
    : 'IAM is not enforced: every role may do everything (baf sandbox iam on).';
  const lines = access.map(
    ({ role, action, allowed, denied }) =>
      `${String(allowed).padStart(6)} allowed ${String(denied).padStart(4)} denied  ${action}  ${role}`,
  );
  return [head, ...lines].join('\n');
}
