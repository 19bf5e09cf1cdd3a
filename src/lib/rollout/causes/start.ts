/** Containers that cannot be made or started: logs, volumes, commands, the machine below. */
import { pattern, type Family } from './pattern.js';

export const start: Family = {
  name: 'start',
  patterns: [
    pattern(
      'LogGroupMissing',
      'failure',
      /log group does not exist/i,
      'Create the log group in this account and region (the stack of the service does it), or correct `awslogs-group` in the template.',
    ),
    pattern(
      'LogDriverFailed',
      'failure',
      /failed to (initialize logging driver|validate logger args)/i,
      'Check the log options of the template: group, region, and that the execution role may create streams there.',
    ),
    pattern(
      'VolumeUnreachable',
      'failure',
      /EFS utils|mount\.nfs/i,
      'Let the security group of the tasks reach port 2049 of the file system, and check that it has a mount target in each zone of the subnets.',
    ),
    pattern(
      'DiskFull',
      'failure',
      /no space left on device|Thin Pool has/i,
      'The disk of the instance is full. Ask the platform team for larger volumes or a clean-up of old images and logs; a smaller image helps too.',
    ),
    pattern(
      'CommandNotFound',
      'failure',
      /executable file not found|no such file or directory: unknown|^exit code 127$/i,
      'The image has no such program. Correct `command` in baf.yaml or the entry point of the image, and try it: docker run IMAGE.',
    ),
    pattern(
      'CommandNotExecutable',
      'failure',
      /permission denied: unknown|^exit code 126$/i,
      'The start command is there and may not be run: give it the executable bit in the image (chmod +x).',
    ),
    pattern(
      'VolumeFailed',
      'failure',
      /CannotCreateVolumeError/i,
      'Check the volumes of the task definition: the file system, its access point, the path on the host.',
    ),
    pattern(
      'ContainerStartTimeout',
      'failure',
      /ContainerRuntimeTimeoutError|DockerTimeoutError/i,
      'The container took too long to start: a smaller image or a larger task helps. On EC2, look at the load and the disk of the instance.',
    ),
    pattern(
      'ContainerNotStarted',
      'failure',
      /CannotStartContainerError/i,
      'Check the entry point and the command of the container; docker run with the same image and command shows it.',
    ),
    pattern(
      'ContainerNotCreated',
      'failure',
      /CannotCreateContainerError/i,
      'Check what the container asks of its host: mounts, links, devices, limits.',
    ),
    pattern(
      'ContainerNotStopped',
      'symptom',
      /CannotStopContainerError/i,
      'The runtime could not stop it. It is replaced; on EC2, tell the platform team the instance when it comes back.',
    ),
    pattern(
      'ContainerRuntimeFailed',
      'failure',
      /CannotInspectContainerError/i,
      'The container runtime of the host is in trouble. Deploy again; on EC2, ask the platform team to replace the instance.',
    ),
    pattern(
      'ResourceInitialization',
      'failure',
      /ResourceInitializationError(?![^]*(unable to pull|retrieve|fetch) secret)/i,
      'Something that the task needs before it starts was not there: the message names it. Check secrets, log group, volumes and network.',
    ),
  ],
};
