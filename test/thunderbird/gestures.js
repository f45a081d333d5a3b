/**
 * What is done inside Thunderbird: read by thunderbird.ts and run there, with Thunderbird's own rights, in its mail
 * window. Each gesture does what a person's click or key does, or tells what is on the screen by now; none of them waits
 * for what comes of it. Names of elements and of commands are those of Thunderbird 153.
 */
/* global ChromeUtils, Ci, Services */

/** Below it windows are empty. */
const PICTURE_HEIGHT = 530;

const { MailServices } = ChromeUtils.importESModule('resource:///modules/MailServices.sys.mjs');

const mailWindow = () => Services.wm.getMostRecentWindow('mail:3pane');
const composeWindow = () => Services.wm.getMostRecentWindow('msgcompose');
/** The document of folders, list and message beside each other. */
const panes = () => mailWindow().document.getElementById('tabmail').currentAbout3Pane;
const messageWindow = () => panes().messageBrowser.contentWindow;
const messageDocument = () => messageWindow().getMessagePaneBrowser().contentDocument;
const textOf = (element) => element?.textContent.trim() ?? '';

function accountOf(address) {
  return MailServices.accounts.accounts.find(({ incomingServer }) => incomingServer.prettyName === address);
}

/** The folder as Thunderbird knows it by now, or null. */
function folderOf({ account, path }) {
  const root = accountOf(account).incomingServer.rootFolder;
  return root.descendants.find((folder) => folder.URI === `${root.URI}/${path}`) ?? null;
}

/**
 * Whether it holds nothing that Thunderbird has only been told to move there: it shows that before it tells the server,
 * and what stands for it meanwhile is not to be moved again.
 */
function isSettled(folder) {
  return [...folder.messages].every((header) => header.getUint32Property('pseudoHdr') === 0);
}

function rows() {
  const { threadTree } = panes();
  return Array.from({ length: threadTree.view?.rowCount ?? 0 }, (_, index) =>
    threadTree.getRowAtIndex(index),
  );
}

/** The list heeds single clicks alone. */
function click(element) {
  const { MouseEvent } = panes();
  element.dispatchEvent(
    new MouseEvent('click', { bubbles: true, cancelable: true, composed: true, detail: 1 }),
  );
}

function dialog() {
  return (
    [...Services.wm.getEnumerator(null)].find(({ location }) =>
      location.href.endsWith('/commonDialog.xhtml'),
    ) ?? null
  );
}

/** The upper part of an area of a window. */
async function snapshot(window, { x, y, width }) {
  const area = new DOMRect(x, y, width, PICTURE_HEIGHT);
  const bitmap = await window.browsingContext.currentWindowGlobal.drawSnapshot(area, 1, 'white');
  const canvas = window.document.createElementNS('http://www.w3.org/1999/xhtml', 'canvas');
  canvas.width = bitmap.width;
  canvas.height = bitmap.height;
  canvas.getContext('2d').drawImage(bitmap, 0, 0);
  return canvas.toDataURL('image/png').replace(/^.*,/, '');
}

/** For what may open a window that waits for a person: we are not to wait for it. */
const later = (work) => void mailWindow().setTimeout(work, 0);

export const gestures = {
  isReady: () => Boolean(panes()?.folderPane && panes().threadTree && panes().folderTree),

  /** Ends as the last page of Thunderbird's own form for a new account does. */
  async addAccount({ name, address, user, password, imap, smtp }) {
    const { AccountConfig } = ChromeUtils.importESModule(
      'resource:///modules/accountcreation/AccountConfig.sys.mjs',
    );
    const { CreateInBackend } = ChromeUtils.importESModule(
      'resource:///modules/accountcreation/CreateInBackend.sys.mjs',
    );
    const config = new AccountConfig();
    const signIn = { username: user, password, socketType: 0, auth: Ci.nsMsgAuthMethod.passwordCleartext };
    Object.assign(config.incoming, signIn, { type: 'imap', hostname: imap.host, port: imap.port });
    Object.assign(config.outgoing, signIn, { type: 'smtp', hostname: smtp.host, port: smtp.port });
    config.outgoing.addThisServer = true;
    config.identity = { realname: name, emailAddress: address };
    config.rememberPassword = true;
    await CreateInBackend.createAccountInBackend(config);
  },

  /** Sets one of the settings of an account, by the end of its name. */
  configure: ({ account, name, value }) => {
    const branch = Services.prefs.getBranch(`mail.identity.${accountOf(account).defaultIdentity.key}.`);
    if (typeof value === 'boolean') branch.setBoolPref(name, value);
    else if (typeof value === 'number') branch.setIntPref(name, value);
    else branch.setStringPref(name, value);
  },

  /** The names in the folder pane, below each account. */
  folders: (account) => {
    const root = panes().folderPane.getRowForFolder(accountOf(account).incomingServer.rootFolder);
    return [...(root?.querySelectorAll(':scope li .name') ?? [])].map(textOf);
  },

  /** Clicks on the folder; on the account's inbox as long as it is not there. Answers whether it is open and at rest. */
  open: (where) => {
    const folder = folderOf(where) ?? folderOf({ account: where.account, path: 'INBOX' });
    if (panes().gFolder !== folder) panes().displayFolder(folder);
    return panes().gFolder === folderOf(where) && isSettled(folder);
  },

  /** Copies the messages of a folder into one of Local Folders, and answers the file that it lies in. */
  keep: ({ from, name }) => {
    const { rootFolder } = MailServices.accounts.localFoldersServer;
    rootFolder.createSubfolder(name, null);
    const kept = rootFolder.getChildNamed(name);
    const { msgWindow } = mailWindow();
    const source = folderOf(from);
    MailServices.copy.copyMessages(source, [...source.messages], kept, false, null, msgWindow, false);
    return kept.filePath.path;
  },

  /** Asks for what is new in the folder that is open, as Get Messages does. */
  refresh: () => panes().gFolder.updateFolder(mailWindow().msgWindow),

  list: () =>
    rows().map((row) => ({
      from: textOf(row?.querySelector('.sender')),
      subject: textOf(row?.querySelector('.subject')),
      replies: textOf(row?.querySelector('.thread-replies')),
      unread: row?.dataset.properties?.split(' ').includes('unread') ?? false,
    })),

  /** Clicks on the arrow of a thread. */
  fold: (index) => click(rows()[index].querySelector('.twisty')),

  select: (index) => click(rows()[index].querySelector('.subject')),

  /** What the message pane shows; null while it is still loading. */
  message: () => {
    const { document, msgLoaded } = messageWindow();
    if (panes().messageBrowser.hidden || !msgLoaded) return null;
    const field = (name, part) => textOf(document.querySelector(`#expanded${name}Box ${part}`));
    return {
      subject: field('subject', '> span:last-child'),
      from: field('from', '.recipient-single-line'),
      replyTo: field('reply-to', '.recipient-single-line'),
      text: messageDocument()?.body?.innerText ?? '',
    };
  },

  /** What stands in place of one message where a collapsed thread is selected. */
  conversation: () => {
    const { document } = panes().multiMessageBrowser.contentWindow;
    return [...document.querySelectorAll('#messageList > li')].map((item) => ({
      from: textOf(item.querySelector('.author')),
      text: textOf(item.querySelector('.snippet')),
    }));
  },

  reply: () => later(() => messageWindow().document.getElementById('hdrReplyButton').click()),

  replyAll: () => later(() => mailWindow().goDoCommand('cmd_replyall')),

  archive: () => later(() => mailWindow().goDoCommand('cmd_archive')),

  /** Clicks on the link of a message whose text ends so. */
  follow: (end) => {
    const link = [...messageDocument().querySelectorAll('a')].find(({ textContent }) =>
      textContent.endsWith(end),
    );
    later(() => link.click());
    return link.textContent;
  },

  /** What is being written, once it can be. */
  draft: () => {
    const window = composeWindow();
    if (!window?.gMsgCompose?.editor || !window.gLoadingComplete) return null;
    const { document } = window;
    const pills = (id) =>
      [...document.querySelectorAll(`#${id} mail-address-pill`)].map(({ fullAddress }) => fullAddress);
    return {
      from: document.getElementById('msgIdentity').label,
      to: pills('addressRowTo'),
      cc: pills('addressRowCc'),
      subject: document.getElementById('msgSubject').value,
      text: window.GetCurrentEditorElement().contentDocument.body.innerText,
    };
  },

  type: (text) => composeWindow().GetCurrentEditor().insertText(text),
  send: () => later(() => composeWindow().document.getElementById('button-send').click()),
  discard: () => {
    const window = composeWindow();
    window.gContentChanged = false;
    window.gMsgCompose.bodyModified = false;
    window.close();
  },
  isComposing: () => composeWindow() !== null,

  question: () => textOf(dialog()?.document.getElementById('infoBody')),
  answer: (label) => {
    const window = dialog();
    const box = window.document.querySelector('dialog');
    const button = ['accept', 'cancel', 'extra1', 'extra2']
      .map((name) => box.getButton(name))
      .find((each) => each.label === label);
    later(() => button.click());
  },

  /** Drags a row of the list, with all that is collapsed below it, onto a folder. Answers how many messages those are. */
  drag: ({ index, to }) => {
    const { DataTransfer, DragEvent, folderPane } = panes();
    // One that is made for no drag holds one item alone.
    const dataTransfer = new DataTransfer().mozCloneForEvent('ondragstart');
    const row = rows()[index];
    const target = folderPane.getRowForFolder(folderOf(to)).querySelector('.name');
    const drag = (element, type) =>
      element.dispatchEvent(
        new DragEvent(type, { bubbles: true, cancelable: true, composed: true, dataTransfer }),
      );
    drag(row, 'dragstart');
    const dragged = dataTransfer.mozItemCount;
    drag(target, 'dragover');
    drag(target, 'drop');
    drag(row, 'dragend');
    return dragged;
  },

  /** Without the bar for tabs, which is empty. */
  pictureOfMail: () => snapshot(mailWindow(), panes().frameElement.getBoundingClientRect()),
  pictureOfDraft: () => snapshot(composeWindow(), { x: 0, y: 0, width: composeWindow().innerWidth }),
};
