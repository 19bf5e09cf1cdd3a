/** Reads one parameter with the caller's own credentials: how a platform file at `ssm:/path` is found. */
import { ExitCode, UserError } from '../errors/user-error.js';
import { keepSecret } from '../redaction/secrets.js';
import { awsCode, explainAwsError } from './errors.js';

export async function readParameter(Name: string): Promise<string> {
  const { SSMClient, GetParameterCommand } = await import('./sdk/ssm.js');
  try {
    const answer = await new SSMClient({}).send(new GetParameterCommand({ Name, WithDecryption: true }));
    // The platform file is no secret line by line: its names are in every output.
    if (answer.Parameter?.Type === 'SecureString') keepSecret(answer.Parameter.Value, { lines: false });
    return answer.Parameter?.Value ?? '';
  } catch (error) {
    if (awsCode(error) === 'ParameterNotFound')
      throw new UserError('PlatformMissing', {
        message: `There is no SSM parameter ${Name}.`,
        nextSteps: ['Check the account, the region (AWS_REGION) and the name.'],
        exitCode: ExitCode.usage,
      });
    throw explainAwsError(error, 'ssm:GetParameter', Name);
  }
}
