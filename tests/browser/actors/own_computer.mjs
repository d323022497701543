// A computer with a Chromium of its own, which makes the TLS connections itself with the certificates of its own store. The computers of all
// other people share one Chromium, in which Playwright makes those connections.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { CHROMIUM_ARGUMENTS, importCertificate, makeHome, makeProfile } from '../own_home.mjs';
import { PATIENCE_MS } from './person.mjs';

export class OwnComputer {
    constructor(world) {
        const { executablePath, scratch, authority } = world.tools;
        this.world = world;
        this.executablePath = executablePath;
        this.home = makeHome(mkdtempSync(join(scratch, 'computer-')), authority);
        this.profile = makeProfile(this.home, [world.scene.studio, world.scene.office]);
    }

    // A computer whose store has the certificate of this device of the scene.
    static async ofDevice(world, device) {
        const computer = new this(world);
        const { certificate, key } = world.scene.devices[device];
        const [pem, p12] = ['device.pem', 'device.p12'].map((name) => join(computer.home, name));
        writeFileSync(pem, certificate + key);
        execFileSync('openssl', ['pkcs12', '-export', '-in', pem, '-out', p12, '-passout', 'pass:none', '-name', device]);
        importCertificate(computer.home, p12, 'none');
        return computer;
    }

    // Starts the browser; returns its context. The store is read at this moment.
    async starts(options = {}) {
        this.context = await chromium.launchPersistentContext(this.profile, {
            executablePath: this.executablePath,
            env: { ...process.env, HOME: this.home },
            timeout: PATIENCE_MS,
            chromiumSandbox: process.getuid() !== 0,
            args: CHROMIUM_ARGUMENTS,
            viewport: { width: 1280, height: 800 },
            locale: 'de-DE',
            timezoneId: 'Europe/Berlin',
            ...options,
        });
        return this.context;
    }
}
