const IS_SHARE = "([unit] = 'ratio' OR [unit] = 'share')";
const IS_TIME = "([unit] = 'seconds' OR [unit] = 'duration')";

/** A share as a percentage, a duration in days: one axis for all, since a sheet shows KPIs of one kind. */
export function onAxis(field: string): string {
  return `IF ${IS_SHARE} THEN [${field}] * 100 ELSEIF ${IS_TIME} THEN [${field}] / 86400 ELSE [${field}] END`;
}

/** A value with its unit, in the words the report has for it. */
export function inWords(field: string, none: string): string {
  const value = `[${field}]`;
  const told = (scale: string, digits: number, unit: string): string =>
    `STR(ROUND(${value}${scale}, ${digits})) + ' ${unit}'`;
  return [
    `IF ISNULL(${value}) THEN ${none}`,
    `ELSEIF ${IS_SHARE} THEN ${told(" * 100", 2, "%")}`,
    `ELSEIF ${IS_TIME} AND ABS(${value}) >= 172800 THEN ${told(" / 86400", 1, "days")}`,
    `ELSEIF ${IS_TIME} AND ABS(${value}) >= 3600 THEN ${told(" / 3600", 1, "hours")}`,
    `ELSEIF ${IS_TIME} THEN ${told(" / 60", 0, "min")}`,
    `ELSEIF [unit] = 'money' THEN STR(ROUND(${value})) + ' ' + [corporate_currency]`,
    `ELSE STR(ROUND(${value}, 2)) END`,
  ].join(" ");
}
