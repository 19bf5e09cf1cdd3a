import { expect, it } from 'vitest';
import { withAws } from '../aws.js';
import { ACCOUNT, REGION } from '../served.js';

withAws('ecr', 12, (aws) => {
  it.concurrent('has repositories, and every tag of them', async () => {
    await aws('ecr create-repository --repository-name shop/ui --image-tag-mutability IMMUTABLE').gives({
      repository: {
        repositoryName: 'shop/ui',
        registryId: ACCOUNT,
        repositoryArn: `arn:aws:ecr:${REGION}:${ACCOUNT}:repository/shop/ui`,
        repositoryUri: `${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com/shop/ui`,
        imageTagMutability: 'IMMUTABLE',
      },
    });
    await aws('ecr create-repository --repository-name shop/ui').isRefused('RepositoryAlreadyExistsException', /shop\/ui/);
    for (const name of ['shop/cart', 'shop/orders'])
      await aws('ecr create-repository --repository-name', name).gives({ repository: { repositoryName: name } });
    const { repositories } = await aws('ecr describe-repositories --page-size 1').gives({});
    const names = repositories.map((r: { repositoryName: string }) => r.repositoryName);
    expect(names).toEqual(expect.arrayContaining(['shop/cart', 'shop/orders', 'shop/ui']));
    const one = await aws('ecr describe-images --repository-name shop/ui --image-ids imageTag=1.0').gives({
      imageDetails: [
        {
          repositoryName: 'shop/ui',
          registryId: ACCOUNT,
          imageTags: ['1.0'],
          imageDigest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
        },
      ],
    });
    await aws('ecr batch-get-image --repository-name shop/ui --image-ids imageTag=1.0').gives({
      images: [{ imageId: { imageTag: '1.0', imageDigest: one.imageDetails[0].imageDigest } }],
      failures: [],
    });
    await aws('ecr describe-repositories --repository-names none').isRefused(
      'RepositoryNotFoundException',
      /'none' does not exist in the registry/,
    );
    await aws('ecr describe-images --repository-name none').isRefused('RepositoryNotFoundException');
    await aws('ecr get-authorization-token').gives({
      authorizationData: [
        { proxyEndpoint: `https://${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com`, authorizationToken: expect.any(String) },
      ],
    });
    await aws('ecr create-repository --repository-name Capitals').isRefused('InvalidParameterException', /repositoryName/);
    await aws('ecr describe-registry').isRefused('UnknownOperationException');
  });

  it.concurrent('keeps what was pushed, and takes a repository away', async () => {
    const manifest = { schemaVersion: 2, mediaType: 'application/vnd.oci.image.manifest.v1+json', layers: [] };
    await aws('ecr create-repository --repository-name pushed').gives({ repository: { repositoryName: 'pushed' } });
    const put = await aws('ecr put-image --repository-name pushed --image-tag v1 --image-manifest', manifest).gives({
      image: { repositoryName: 'pushed', imageId: { imageTag: 'v1' } },
    });
    await aws('ecr list-images --repository-name pushed').gives({
      imageIds: [{ imageTag: 'v1', imageDigest: put.image.imageId.imageDigest }],
    });
    await aws('ecr wait image-scan-complete --repository-name pushed --image-id imageTag=v1').givesUp(
      /Waiter ImageScanComplete failed/,
    );
    await aws('ecr delete-repository --repository-name pushed').isRefused('RepositoryNotEmptyException');
    await aws('ecr delete-repository --repository-name pushed --force').gives({ repository: { repositoryName: 'pushed' } });
    await aws('ecr list-images --repository-name pushed').isRefused('RepositoryNotFoundException');
  });
});
