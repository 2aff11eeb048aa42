/** The cloud that all files of the suite use. */
import { suiteCloud } from "../../../e2e/suite-cloud";

export const consoleCloud = suiteCloud("OPENCOMPOSER_CONSOLE_CLOUD");
