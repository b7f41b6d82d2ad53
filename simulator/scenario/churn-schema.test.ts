import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
