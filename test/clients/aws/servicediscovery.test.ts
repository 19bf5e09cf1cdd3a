import { expect, it } from 'vitest';
import { withAws } from '../aws.js';
import { ACCOUNT, REGION } from '../served.js';

withAws('servicediscovery', 10, (aws, served) => {
  it('keeps a namespace, its services and their instances', async () => {
    const { OperationId } = await aws('servicediscovery create-http-namespace --name shop').gives({
      OperationId: expect.any(String),
    });
    served().pass(120);
    const { Operation } = await aws('servicediscovery get-operation --operation-id', OperationId).gives({
      Operation: {
        Id: OperationId,
        Type: 'CREATE_NAMESPACE',
        Status: 'SUCCESS',
        Targets: { NAMESPACE: expect.stringMatching(/^ns-/) },
      },
    });
    const namespace = Operation.Targets.NAMESPACE as string;
    await aws('servicediscovery get-namespace --id', namespace).gives({
      Namespace: {
        Id: namespace,
        Name: 'shop',
        Type: 'HTTP',
        Arn: `arn:aws:servicediscovery:${REGION}:${ACCOUNT}:namespace/${namespace}`,
      },
    });
    await aws('servicediscovery list-namespaces --query Namespaces[].Name --output text').prints('shop');
    await aws('servicediscovery create-http-namespace --name shop').isRefused('NamespaceAlreadyExists');
    const { Service } = await aws('servicediscovery create-service --name ui --namespace-id', namespace).gives({
      Service: { Name: 'ui', Id: expect.stringMatching(/^srv-/), NamespaceId: namespace },
    });
    await aws('servicediscovery list-services --filters', [{ Name: 'NAMESPACE_ID', Values: [namespace], Condition: 'EQ' }]).gives(
      {
        Services: [{ Id: Service.Id, Name: 'ui' }],
      },
    );
    await aws(
      'servicediscovery register-instance --instance-id i1 --attributes AWS_INSTANCE_IPV4=10.0.0.7 --service-id',
      Service.Id,
    ).gives({
      OperationId: expect.any(String),
    });
    served().pass(120);
    await aws('servicediscovery discover-instances --namespace-name shop --service-name ui').gives({
      Instances: [{ InstanceId: 'i1', Attributes: { AWS_INSTANCE_IPV4: '10.0.0.7' } }],
    });
    await aws('servicediscovery delete-namespace --id', namespace).isRefused('ResourceInUse');
    await aws('servicediscovery delete-service --id', Service.Id).isRefused('ResourceInUse');
    await aws('servicediscovery deregister-instance --instance-id i1 --service-id', Service.Id).gives({
      OperationId: expect.any(String),
    });
    served().pass(120);
    await aws('servicediscovery delete-service --id', Service.Id).isSilent();
    await aws('servicediscovery get-service --id', Service.Id).isRefused('ServiceNotFound');
    await aws('servicediscovery get-namespace --id ns-none').isRefused('NamespaceNotFound');
    await aws('servicediscovery delete-service-attributes --attributes x --service-id', Service.Id).isRefused(
      'UnknownOperationException',
    );
  });
});
