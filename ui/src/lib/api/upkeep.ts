/** Keeping the appliance running: backups, places outside, keys, limits, the clock. */
import { type ApiClient, segment } from "./client";
import type {
  Backup,
  Backups,
  BackupSchedule,
  Clock,
  Destination,
  Destinations,
  Drill,
  Limit,
  Limits,
  RemovedKey,
  Rotated,
} from "./model";

export class UpkeepApi {
  constructor(private readonly api: ApiClient) {}

  backups(): Promise<Backups> {
    return this.api.call("GET", "/api/backups");
  }

  /** Makes a backup in every destination, or beside the vault while there is none. */
  makeBackup(): Promise<Backups> {
    return this.api.call("POST", "/api/backups", {});
  }

  verifyBackup(file: string): Promise<Backup> {
    return this.api.call("POST", "/api/backups/verify", { file });
  }

  /** Restores a backup for trial, beside what runs, and throws that away again. */
  drill(file: string): Promise<Drill> {
    return this.api.call("POST", "/api/backups/drill", { file });
  }

  setSchedule(schedule: BackupSchedule): Promise<BackupSchedule> {
    return this.api.call("PUT", "/api/backups/schedule", schedule);
  }

  destinations(): Promise<Destinations> {
    return this.api.call("GET", "/api/destinations");
  }

  addDestination(destination: Destination): Promise<Destinations> {
    return this.api.call("POST", "/api/destinations", destination);
  }

  removeDestination(name: string): Promise<Destinations> {
    return this.api.call("DELETE", `/api/destinations/${segment(name)}`);
  }

  removeKey(id: number): Promise<RemovedKey> {
    return this.api.call("DELETE", `/api/keys/${id}`);
  }

  /** Replaces the root key; slots of passphrases come along when those are given. */
  rotateKeys(passphrases: string[]): Promise<Rotated> {
    return this.api.call("POST", "/api/keys/rotate", { passphrases });
  }

  limits(): Promise<Limits> {
    return this.api.call("GET", "/api/limits");
  }

  setLimit(name: string, value: number): Promise<Limit> {
    return this.api.call("PATCH", "/api/limits", { name, value });
  }

  /** Lifts what holds somebody back. */
  lift(peer: string): Promise<void> {
    return this.api.call("DELETE", `/api/limits/${segment(peer)}`);
  }

  /** Says that the clock is right after it jumped. */
  confirmClock(): Promise<Clock> {
    return this.api.call("POST", "/api/clock/confirm");
  }
}
