export { causeOfMessage, failedContainers, findingOfTarget, findingOfTask, mostTelling, plain, type Finding } from './find.js';
export { recognize } from './tables.js';
