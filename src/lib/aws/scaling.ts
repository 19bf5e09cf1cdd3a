/** The only place that calls Application Auto Scaling. */
import type { ApplicationAutoScalingClient, ScalableTarget } from '@aws-sdk/client-application-auto-scaling';
import type { ScalingGateway, ServiceScaling } from '../engine/effects.js';
import { explainAwsError } from './errors.js';

/** Tag on a scalable target: the deploy that suspended its scale-in. */
const TAG = 'baf:scale-in-suspended-by';
const KIND = { ServiceNamespace: 'ecs', ScalableDimension: 'ecs:service:DesiredCount' } as const;
const PAGE = 50;

export function createScalingGateway(client: () => Promise<ApplicationAutoScalingClient>, where: string): ScalingGateway {
  const sdk = () => import('./sdk/application-auto-scaling.js');
  const call = async <T>(name: string, act: () => Promise<T>): Promise<T> => {
    try {
      return await act();
    } catch (error) {
      throw explainAwsError(error, `application-autoscaling:${name}`, where);
    }
  };
  const describe = async (cluster: string, services: readonly string[]): Promise<ScalableTarget[]> => {
    const ids = services.map((name) => `service/${cluster}/${name}`);
    const pages = Array.from({ length: Math.ceil(ids.length / PAGE) }, (_, i) => ids.slice(i * PAGE, (i + 1) * PAGE));
    const answers = await Promise.all(
      pages.map((ResourceIds) =>
        call('DescribeScalableTargets', async () =>
          (await client()).send(new (await sdk()).DescribeScalableTargetsCommand({ ...KIND, ResourceIds })),
        ),
      ),
    );
    return answers.flatMap((answer) => answer.ScalableTargets ?? []);
  };
  const suspendedBy = async (ResourceARN: string): Promise<string | null> =>
    (
      await call('ListTagsForResource', async () =>
        (await client()).send(new (await sdk()).ListTagsForResourceCommand({ ResourceARN })),
      )
    ).Tags?.[TAG] ?? null;
  /** Bounds and the other switches stay: only the one that is named is turned. */
  const turn = async (cluster: string, service: string, suspended: boolean): Promise<void> => {
    const [target] = await describe(cluster, [service]);
    if (!target) return;
    await call('RegisterScalableTarget', async () =>
      (await client()).send(
        new (await sdk()).RegisterScalableTargetCommand({
          ...KIND,
          ResourceId: target.ResourceId,
          SuspendedState: { ...target.SuspendedState, DynamicScalingInSuspended: suspended },
        }),
      ),
    );
  };
  return {
    async describe(cluster, services) {
      const targets = await describe(cluster, services);
      return Promise.all(
        targets.map(async (t): Promise<ServiceScaling> => {
          const suspended = t.SuspendedState?.DynamicScalingInSuspended === true;
          const arn = t.ScalableTargetARN ?? '';
          return {
            service: (t.ResourceId ?? '').split('/').at(-1)!,
            arn,
            scaleInSuspended: suspended,
            suspendedBy: suspended ? await suspendedBy(arn) : null,
          };
        }),
      );
    },
    async suspendScaleIn(cluster, { service, arn }, deploy) {
      // The tag first: a crash in between leaves a tag that means nothing, never a suspension that nobody knows of.
      await call('TagResource', async () =>
        (await client()).send(new (await sdk()).TagResourceCommand({ ResourceARN: arn, Tags: { [TAG]: deploy } })),
      );
      await turn(cluster, service, true);
    },
    async restoreScaleIn(cluster, { service, arn }) {
      await turn(cluster, service, false);
      await call('UntagResource', async () =>
        (await client()).send(new (await sdk()).UntagResourceCommand({ ResourceARN: arn, TagKeys: [TAG] })),
      );
    },
  };
}
