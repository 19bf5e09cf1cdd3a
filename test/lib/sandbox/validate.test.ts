/** How each protocol's services tell of input that breaks AWS's published models. */
import { describe, expect, it } from 'vitest';
import type { AwsError } from '../../../src/lib/sandbox/service.js';
import { constraintsOf, validate } from '../../../src/lib/sandbox/validate.js';

async function refusal(service: string, operation: string, input: object): Promise<{ code: string; message: string } | null> {
  const constraints = await constraintsOf(service);
  try {
    validate(constraints, service, operation, input);
    return null;
  } catch (error) {
    const { code, message } = error as AwsError;
    return { code, message };
  }
}

describe('input that breaks a model', () => {
  it('is told of in one message, with every finding', async () => {
    expect(await refusal('ssm', 'PutParameter', { Name: '', Value: 'x', Type: 'Text' })).toEqual({
      code: 'ValidationException',
      message:
        "2 validation errors detected: Value '' at 'name' failed to satisfy constraint: Member must have length greater than or equal to 1; " +
        "Value 'Text' at 'type' failed to satisfy constraint: Member must satisfy enum value set: [String, StringList, SecureString]",
    });
  });

  it('is told of by EC2 one thing at a time, and what is missing by a code of its own', async () => {
    expect(await refusal('ec2', 'CreateSubnet', { CidrBlock: '10.0.0.0/24' })).toEqual({
      code: 'MissingParameter',
      message: 'The request must contain the parameter vpcId',
    });
    expect(await refusal('ec2', 'CreateVpc', { CidrBlock: '10.0.0.0/16', InstanceTenancy: 'shared' })).toEqual({
      code: 'InvalidParameterValue',
      message: 'Value (shared) for parameter instanceTenancy is invalid.',
    });
  });

  it('is nothing that the model allows', async () => {
    expect(await refusal('ec2', 'CreateVpc', { CidrBlock: '10.0.0.0/16', InstanceTenancy: 'default' })).toBeNull();
  });
});
