import { expect, it } from 'vitest';
import { withAws, type Aws } from '../aws.js';
import { ACCOUNT, REGION } from '../served.js';

const arn = (resource: string): string => `arn:aws:ecs:${REGION}:${ACCOUNT}:${resource}`;
const network = { awsvpcConfiguration: { subnets: ['subnet-0a1b2c3d4e5f60718'], securityGroups: ['sg-0a1b2c3d4e5f60718'] } };
const definition = (family: string, tag: string) => ({
  family,
  networkMode: 'awsvpc',
  requiresCompatibilities: ['FARGATE'],
  cpu: '256',
  memory: '512',
  containerDefinitions: [{ name: 'app', image: `public.ecr.aws/shop/${family}:${tag}`, portMappings: [{ containerPort: 8080 }] }],
});

/** How long the command line's ECS waiters sleep between two looks. */
const LOOK_SECONDS = 15;
const TASK_LOOK_SECONDS = 6;

async function cluster(aws: Aws, name: string): Promise<void> {
  await aws('ecs create-cluster --cluster-name', name).gives({
    cluster: { clusterArn: arn(`cluster/${name}`), clusterName: name, status: 'ACTIVE', runningTasksCount: 0 },
  });
}

withAws('ecs', 45, (aws, served) => {
  it.concurrent('keeps task definitions by family and revision', async () => {
    await aws('ecs register-task-definition --cli-input-json', definition('books', '1')).gives({
      taskDefinition: {
        taskDefinitionArn: arn('task-definition/books:1'),
        revision: 1,
        status: 'ACTIVE',
        cpu: '256',
        requiresCompatibilities: ['FARGATE'],
        containerDefinitions: [{ name: 'app', essential: true, portMappings: [{ containerPort: 8080, protocol: 'tcp' }] }],
      },
    });
    await aws('ecs register-task-definition --cli-input-json', definition('books', '2')).gives({
      taskDefinition: { revision: 2 },
    });
    await aws(
      'ecs describe-task-definition --task-definition books --query taskDefinition.[revision,containerDefinitions[0].image] --output text',
    ).prints('2\tpublic.ecr.aws/shop/books:2');
    await aws('ecs list-task-definitions --family-prefix books --sort DESC').gives({
      taskDefinitionArns: [arn('task-definition/books:2'), arn('task-definition/books:1')],
    });
    await aws('ecs list-task-definitions --family-prefix books --page-size 1 --query taskDefinitionArns[] --output text').prints(
      `${arn('task-definition/books:1')}\n${arn('task-definition/books:2')}`,
    );
    await aws('ecs deregister-task-definition --task-definition books:2').gives({ taskDefinition: { status: 'INACTIVE' } });
    await aws('ecs describe-task-definition --task-definition books --query taskDefinition.revision').prints('1');
    await aws('ecs list-task-definition-families --family-prefix boo').gives({ families: ['books'] });
    await aws('ecs describe-task-definition --task-definition none').isRefused(
      'ClientException',
      /Unable to describe task definition/,
    );
    await aws('ecs register-task-definition --cli-input-json', { ...definition('books', '3'), memory: '64' }).isRefused(
      'ClientException',
      /No Fargate configuration exists/,
    );
  });

  it.concurrent('rolls a service out, and its waiter sees the end', async () => {
    await cluster(aws, 'shop');
    for (const tag of ['1', '2'])
      await aws('ecs register-task-definition --cli-input-json', definition('ui', tag)).gives({
        taskDefinition: { family: 'ui' },
      });
    const made = await aws(
      'ecs create-service --cluster shop --service-name ui --task-definition ui:1 --desired-count 2 --launch-type FARGATE --network-configuration',
      network,
    ).gives({
      service: {
        serviceArn: arn('service/shop/ui'),
        status: 'ACTIVE',
        desiredCount: 2,
        runningCount: 0,
        taskDefinition: arn('task-definition/ui:1'),
        deployments: [{ status: 'PRIMARY', rolloutState: 'IN_PROGRESS', desiredCount: 2 }],
      },
    });
    expect(made.service.deployments[0].id).toMatch(/^ecs-svc\/\d{19}$/);
    const stable = () =>
      served().pace(LOOK_SECONDS, () => aws('ecs wait services-stable --cluster shop --services ui').isSilent());
    await stable();
    await aws('ecs describe-services --cluster shop --services ui none').gives({
      services: [{ runningCount: 2, pendingCount: 0, deployments: [{ rolloutState: 'COMPLETED', runningCount: 2 }] }],
      failures: [{ arn: arn('service/shop/none'), reason: 'MISSING' }],
    });
    await aws('ecs update-service --cluster shop --service ui --task-definition ui:2').gives({
      service: { deployments: [{ status: 'PRIMARY', taskDefinition: arn('task-definition/ui:2') }, { status: 'ACTIVE' }] },
    });
    await stable();
    const { services } = await aws('ecs describe-services --cluster shop --services ui').gives({
      services: [{ taskDefinition: arn('task-definition/ui:2'), runningCount: 2 }],
    });
    expect(services[0].deployments).toHaveLength(1);
    expect(services[0].events[0].message).toBe('(service ui) has reached a steady state.');
    const { serviceDeployments } = await aws('ecs list-service-deployments --cluster shop --service ui').gives({
      serviceDeployments: [{ status: 'SUCCESSFUL' }, { status: 'SUCCESSFUL' }],
    });
    await aws('ecs describe-service-deployments --service-deployment-arns', serviceDeployments[0].serviceDeploymentArn).gives({
      serviceDeployments: [{ status: 'SUCCESSFUL', targetServiceRevision: { requestedTaskCount: 2, runningTaskCount: 2 } }],
      failures: [],
    });
    await aws('ecs describe-service-revisions --service-revision-arns', serviceDeployments[0].targetServiceRevisionArn).gives({
      serviceRevisions: [{ taskDefinition: arn('task-definition/ui:2'), containerImages: [{ containerName: 'app' }] }],
    });
    await aws('ecs delete-service --cluster shop --service ui').isRefused('InvalidParameterException', /scaled above 0/);
    await aws('ecs delete-service --cluster shop --service ui --force').gives({
      service: { status: 'DRAINING', desiredCount: 0 },
    });
    await served().pace(LOOK_SECONDS, () => aws('ecs wait services-inactive --cluster shop --services ui').isSilent());
    await aws('ecs delete-cluster --cluster shop').gives({ cluster: { status: 'INACTIVE' } });
  });

  it.concurrent('lists tasks in pages, stops one, and replaces it', async () => {
    await cluster(aws, 'tasks');
    await aws('ecs register-task-definition --cli-input-json', definition('worker', '1')).gives({
      taskDefinition: { revision: 1 },
    });
    await aws(
      'ecs create-service --cluster tasks --service-name worker --task-definition worker --desired-count 3 --launch-type FARGATE --network-configuration',
      network,
    ).gives({ service: { desiredCount: 3 } });
    await served().pace(LOOK_SECONDS, () => aws('ecs wait services-stable --cluster tasks --services worker').isSilent());
    const { taskArns } = await aws('ecs list-tasks --cluster tasks --service-name worker --page-size 1').gives({
      taskArns: [expect.stringContaining(':task/tasks/'), expect.any(String), expect.any(String)],
    });
    expect(new Set(taskArns).size).toBe(3);
    const page = await aws('ecs list-tasks --cluster tasks --max-items 2').gives({ NextToken: expect.any(String) });
    expect(page.taskArns).toHaveLength(2);
    await aws('ecs wait tasks-running --cluster tasks --tasks', ...taskArns).isSilent();
    await aws('ecs describe-tasks --cluster tasks --tasks', taskArns[0], 'f00').gives({
      tasks: [
        {
          taskArn: taskArns[0],
          lastStatus: 'RUNNING',
          desiredStatus: 'RUNNING',
          group: 'service:worker',
          launchType: 'FARGATE',
          cpu: '256',
          memory: '512',
          connectivity: 'CONNECTED',
          containers: [{ name: 'app', lastStatus: 'RUNNING' }],
          attachments: [{ type: 'ElasticNetworkInterface', status: 'ATTACHED' }],
        },
      ],
      failures: [{ arn: arn('task/tasks/f00'), reason: 'MISSING' }],
    });
    await aws('ecs stop-task --cluster tasks --task', taskArns[0], '--reason', 'to see it replaced').gives({
      task: { taskArn: taskArns[0], desiredStatus: 'STOPPED', stoppedReason: 'to see it replaced', stopCode: 'UserInitiated' },
    });
    await served().pace(TASK_LOOK_SECONDS, () => aws('ecs wait tasks-stopped --cluster tasks --tasks', taskArns[0]).isSilent());
    await served().pace(LOOK_SECONDS, () => aws('ecs wait services-stable --cluster tasks --services worker').isSilent());
    await aws('ecs list-tasks --cluster tasks --query', 'length(taskArns)').prints('3');
    await aws('ecs list-tasks --cluster tasks --desired-status STOPPED').gives({ taskArns: [taskArns[0]] });
    await aws('ecs wait tasks-running --cluster tasks --tasks', taskArns[0]).givesUp(
      /Waiter TasksRunning failed: .*terminal failure state/,
    );
    await aws('ecs update-service --cluster tasks --service worker --desired-count 1').gives({ service: { desiredCount: 1 } });
    await served().pace(LOOK_SECONDS, () => aws('ecs wait services-stable --cluster tasks --services worker').isSilent());
    await aws('ecs list-tasks --cluster tasks --family worker --query', 'length(taskArns)').prints('1');
  });

  it.concurrent('tells of a release that cannot start, and goes back', async () => {
    await cluster(aws, 'broken');
    for (const tag of ['1', 'gone'])
      await aws('ecs register-task-definition --cli-input-json', definition('cart', tag)).gives({
        taskDefinition: { family: 'cart' },
      });
    served().sandbox.store.state.images['shop/cart:gone'] = 'missing';
    await aws(
      'ecs create-service --cluster broken --service-name cart --task-definition cart:1 --desired-count 1 --launch-type FARGATE',
      '--network-configuration',
      network,
      '--deployment-configuration',
      { deploymentCircuitBreaker: { enable: true, rollback: true } },
    ).gives({
      service: { deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true }, maximumPercent: 200 } },
    });
    const stable = () =>
      served().pace(LOOK_SECONDS, () => aws('ecs wait services-stable --cluster broken --services cart').isSilent());
    await stable();
    await aws('ecs update-service --cluster broken --service cart --task-definition cart:2').gives({
      service: { serviceName: 'cart' },
    });
    await stable();
    await aws('ecs describe-services --cluster broken --services cart').gives({
      services: [{ taskDefinition: arn('task-definition/cart:1'), runningCount: 1 }],
    });
    await aws(
      'ecs list-service-deployments --cluster broken --service cart --query serviceDeployments[].status --output text',
    ).prints('ROLLBACK_SUCCESSFUL\tSUCCESSFUL');
    const { taskArns } = await aws('ecs list-tasks --cluster broken --desired-status STOPPED').gives({});
    await aws('ecs describe-tasks --cluster broken --tasks', taskArns[0]).gives({
      tasks: [{ stopCode: 'TaskFailedToStart', stoppedReason: expect.stringMatching(/^CannotPullContainerError: /) }],
    });
  });

  it.concurrent('keeps tags, and pages of clusters and services', async () => {
    await cluster(aws, 'paged');
    await aws('ecs register-task-definition --cli-input-json', definition('idle', '1')).gives({
      taskDefinition: { revision: 1 },
    });
    for (const name of ['one', 'two', 'three'])
      await aws(
        `ecs create-service --cluster paged --service-name ${name} --task-definition idle --desired-count 0 --launch-type FARGATE --network-configuration`,
        network,
      ).gives({ service: { serviceName: name, desiredCount: 0 } });
    const { serviceArns } = await aws('ecs list-services --cluster paged --page-size 2').gives({});
    expect([...serviceArns].sort()).toEqual(['one', 'three', 'two'].map((name) => arn(`service/paged/${name}`)));
    await aws('ecs tag-resource --resource-arn', serviceArns[0], '--tags', 'key=team,value=shop').isSilent();
    await aws('ecs list-tags-for-resource --resource-arn', serviceArns[0]).gives({ tags: [{ key: 'team', value: 'shop' }] });
    await aws('ecs untag-resource --resource-arn', serviceArns[0], '--tag-keys', 'team').isSilent();
    await aws('ecs list-tags-for-resource --resource-arn', serviceArns[0]).gives({ tags: [] });
    await aws('ecs describe-clusters --clusters paged none').gives({
      clusters: [{ clusterName: 'paged', activeServicesCount: 3 }],
      failures: [{ arn: arn('cluster/none'), reason: 'MISSING' }],
    });
    const { clusterArns } = await aws('ecs list-clusters --page-size 1').gives({});
    expect(clusterArns).toContain(arn('cluster/paged'));
  });

  it.concurrent('refuses as ECS does', async () => {
    await aws('ecs describe-services --cluster none --services ui').isRefused('ClusterNotFoundException', /Cluster not found/);
    await cluster(aws, 'refusing');
    await aws('ecs update-service --cluster refusing --service none --desired-count 1').isRefused('ServiceNotFoundException');
    await aws('ecs create-service --cluster refusing --service-name x --task-definition none:1').isRefused(
      'ClientException',
      /TaskDefinition not found/,
    );
    await aws('ecs describe-services --cluster refusing --services a b c d e f g h i j k').isRefused('InvalidParameterException');
    await aws('ecs stop-task --cluster refusing --task 0123456789abcdef0123456789abcdef').isRefused('InvalidParameterException');
    await aws('ecs wait services-stable --cluster refusing --services none').givesUp(/Waiter ServicesStable failed/);
    await aws('ecs discover-poll-endpoint').isRefused('UnknownOperationException');
  });
});
