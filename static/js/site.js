/* What every page gets once it is there. Each part finds its own data- hooks and stays
   away when there are none. */
import { showLinesOfZone } from "./help_line.js";
import { sayZone } from "./visitor_zone.js";

sayZone();
showLinesOfZone();
