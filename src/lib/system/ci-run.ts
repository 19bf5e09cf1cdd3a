/** The address of the CI run that this is, or null: what CI systems say in their variables. */
export function ciRun(env: Readonly<Record<string, string | undefined>>): string | null {
  const { GITHUB_SERVER_URL, GITHUB_REPOSITORY, GITHUB_RUN_ID, CI_JOB_URL, CI_PIPELINE_URL } = env;
  if (GITHUB_REPOSITORY && GITHUB_RUN_ID)
    return `${GITHUB_SERVER_URL ?? 'https://github.com'}/${GITHUB_REPOSITORY}/actions/runs/${GITHUB_RUN_ID}`;
  const url = CI_JOB_URL ?? CI_PIPELINE_URL ?? env['BUILDKITE_BUILD_URL'] ?? env['CIRCLE_BUILD_URL'] ?? env['BUILD_URL'];
  return url && /^https?:\/\//.test(url) ? url : null;
}
