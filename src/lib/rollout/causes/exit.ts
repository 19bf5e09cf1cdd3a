/** Containers that end by themselves: by their reason, or by `exit code N`. */
import { pattern, type Family } from './pattern.js';

export const exit: Family = {
  name: 'exit',
  patterns: [
    pattern(
      'OutOfMemory',
      'failure',
      /OutOfMemory/i,
      'The container used all of its memory. Raise `memory` in baf.yaml, or look for what grows.',
    ),
    pattern(
      'ContainerKilled',
      'failure',
      /^exit code 137$/i,
      'The container was killed: out of memory, or still running after its stop timeout. Look at its memory first, then at how it takes SIGTERM.',
    ),
    pattern(
      'ContainerCrashed',
      'failure',
      /^exit code (134|139)$/i,
      'The program crashed in native code. Look for a module that was built for another system, and at the last lines of its log.',
    ),
    pattern(
      'ContainerTerminated',
      'failure',
      /^exit code 143$/i,
      'The program was told to stop (SIGTERM) and did. See who stops it: another container of the task that ended, or a supervisor.',
    ),
    pattern(
      'ContainerFinished',
      'failure',
      /^exit code 0$/i,
      'The program ended without an error, and a service has to go on. Start it in the foreground, or make it a task of its own.',
    ),
    pattern(
      'ContainerExited',
      'failure',
      /Essential container in task exited|EssentialContainerExited|^exit code \d+$/i,
      'The application stops by itself: read its last log lines, fix it, deploy another tag.',
    ),
  ],
};
