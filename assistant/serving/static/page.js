// What textual.js leaves to its page.
"use strict";

// The way back to the server, under whatever name the browser knows it.
addEventListener("DOMContentLoaded", () => {
  const secure = location.protocol === "https:";
  document.getElementById("terminal").dataset.sessionWebsocketUrl = `${secure ? "wss" : "ws"}://${location.host}/ws`;
});

// textual.js opens a window for a download, which a browser may block, and for a link in the chat.
// A download needs no window, and nothing leads from here to anywhere else.
window.open = (address) => {
  const url = new URL(address || "about:blank", location.href);
  if (url.origin === location.origin && url.pathname.startsWith("/download/")) {
    const link = document.createElement("a");
    link.href = url;
    link.download = "";
    link.click();
  }
  return null;
};

// Someone without a mouse can type at once, and start again at once.
addEventListener("load", () => {
  const focus = (selector) => document.querySelector(selector)?.focus();
  let drawn = false;
  new MutationObserver(() => {
    const state = document.body.classList;
    if (state.contains("-closed")) {
      focus(".ended a");
    } else if (state.contains("-first-byte") && !drawn) {
      drawn = true;
      focus(".xterm-helper-textarea");
    }
  }).observe(document.body, { attributeFilter: ["class"] });
});
