/** A Dockerfile, as far as ours needs it: its instructions, and what each of its stages does. */

export interface Instruction {
  readonly name: string;
  /** With `--from=build` and the like, all in one line. */
  readonly rest: string;
}

/** Throws at an instruction that `buildScript` does not know. */
export function instructionsOf(text: string): readonly Instruction[] {
  const lines = text
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n');
  return lines
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, name = '', rest = ''] = /^([A-Z]+) +(.*)$/.exec(line) ?? [];
      if (!KNOWN.includes(name)) throw new Error(`Not an instruction that is known here: ${line}`);
      return { name, rest };
    });
}

const KNOWN = ['FROM', 'WORKDIR', 'COPY', 'RUN', 'ENV', 'USER', 'HEALTHCHECK', 'ENTRYPOINT', 'CMD'];

/** The last one of that name, as JSON has it. */
export function listOf(all: readonly Instruction[], name: string): readonly string[] {
  const found = all.findLast((one) => one.name === name)?.rest ?? '[]';
  return JSON.parse(found.slice(found.indexOf('[')));
}

const quoted = (word: string): string => `'${word.replaceAll("'", String.raw`'\''`)}'`;

interface Stage {
  readonly root: string;
  work: string;
  user: string;
  env: string[];
}

export interface Places {
  /** The folder that is given to `docker build`. */
  readonly context: string;
  /** Where the roots of the stages are made; each begins as a copy of the stand-in for its base image, by `base ROOT`. */
  readonly stages: string;
  /** Instead of `npm ci`, which asks the registry: the packages are put into the folder that it would put them into. */
  readonly packages: string;
}

/**
 * What a builder would do, as lines of a shell script that runs as root in a mount namespace of its own. It defines
 * `run_in_image [NAME=VALUE…] COMMAND…`, which does that as a container of the last stage would, with a root that is read-only, a
 * /tmp, no capabilities and no way to more rights.
 */
export function buildScript(all: readonly Instruction[], { context, stages, packages }: Places): string {
  const named = new Map<string, Stage>();
  const lines: string[] = [];
  let stage: Stage = { root: '', work: '/', user: 'root', env: [] };
  const within = (user: string, work: string, command: string): string =>
    `chroot --userspec=${user} ${stage.root} env -i PATH="$IMAGE_PATH" HOME=/tmp ${stage.env.join(' ')} sh -c ${quoted(`cd ${work} && ${command}`)}`;
  for (const { name, rest } of all) {
    if (name === 'FROM') {
      stage = { root: `${stages}/${named.size}`, work: '/', user: 'root', env: [] };
      named.set(/ AS (\w+)$/.exec(rest)?.[1] ?? String(named.size), stage);
      lines.push(`base ${stage.root}`);
    } else if (name === 'WORKDIR') {
      stage.work = rest;
      lines.push(`mkdir -p ${stage.root}${rest}`);
    } else if (name === 'ENV') stage.env.push(rest);
    else if (name === 'USER') stage.user = rest;
    else if (name === 'COPY') lines.push(...copyLines(rest, stage, { named, context }));
    else if (name === 'RUN' && rest === 'npm ci')
      lines.push(
        `mkdir ${stage.root}${stage.work}/node_modules`,
        `mount --bind ${packages} ${stage.root}${stage.work}/node_modules`,
      );
    else if (name === 'RUN') lines.push(within(stage.user, stage.work, rest));
  }
  return [
    ...lines,
    'run_in_image() {',
    `  chroot ${stage.root} setpriv --reuid=${stage.user} --regid=${stage.user} --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all env -i PATH="$IMAGE_PATH" ${stage.env.join(' ')} "$@"`,
    '}',
    `image=${stage.root}`,
  ].join('\n');
}

function copyLines(
  rest: string,
  stage: Stage,
  { named, context }: { readonly named: ReadonlyMap<string, Stage>; readonly context: string },
): readonly string[] {
  const words = rest.split(' ');
  const from = words.find((word) => word.startsWith('--from='))?.slice('--from='.length);
  const paths = words.filter((word) => !word.startsWith('--'));
  const source = from === undefined ? `${context}/` : (named.get(from)?.root ?? '');
  const target = paths.at(-1) ?? '';
  const to = target.startsWith('/') ? `${stage.root}${target}` : `${stage.root}${stage.work}/${target}`;
  // A folder's content is what is copied, not the folder.
  return paths
    .slice(0, -1)
    .map(
      (path) =>
        `if [ -d ${source}${path} ]; then mkdir -p ${to} && cp -R ${source}${path}/. ${to}/; else cp ${source}${path} ${to}; fi`,
    );
}
