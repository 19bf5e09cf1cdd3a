export function fleetPlatform(accounts: number): string;
