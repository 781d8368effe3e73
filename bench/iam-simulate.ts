export const peer = (rate: number): string => `${rate}`
