/* The desk: reading side by side and tagging. Starts the modules and what was left waiting.

   The marks are the server's; these modules turn selections into tags and answer
   keys. Each says at its top what it asks of the page. */

import "desk/caret";
import "desk/card";
import "desk/columns";
import "desk/entries";
import "desk/history";
import "desk/keys";
import "desk/meanings";
import { flush, showWaiting, waiting } from "desk/outbox";
import "desk/panel";
import "desk/picking";

if (waiting().length) {
  showWaiting();
  flush();
}
