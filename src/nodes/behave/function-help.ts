/** What the functions of behave-graph do, in a sentence: by their operation, and by the type that they work on. */

const types: Record<string, string> = {
  boolean: "true or false",
  float: "numbers",
  integer: "whole numbers",
  string: "texts",
  vec2: "2D vectors",
  vec3: "3D vectors",
  vec4: "4D vectors",
  color: "colours",
  euler: "rotations by three angles",
  quat: "rotations as quaternions",
  mat3: "3 by 3 matrices",
  mat4: "4 by 4 matrices",
};

const conversions: Record<string, string> = {
  ...types,
  column3: "its columns",
  column4: "its columns",
  scale2: "a scaling of the plane",
  scale3: "a scaling of space",
  translation2: "a shift of the plane",
  translate3: "a shift of space",
  angleAxis: "an angle and the axis to turn about",
  rgb: "red, green and blue from 0 to 1",
  hsl: "hue, saturation and lightness from 0 to 1",
  hex: "one number of 24 bits",
};

const operations: Record<string, string> = {
  concat: "Gives a and b in a row",
  includes: "Tells whether a contains b",
  length: "Gives the length",
  equal: "Tells whether a equals b",
  equalTolerance: "Tells whether a and b differ by less than c",
  and: "Gives a if it is false, else b",
  or: "Gives a if it is true, else b",
  negate: "Gives the opposite of a",
  add: "Gives a plus b",
  subtract: "Gives a minus b",
  multiply: "Gives a times b",
  divide: "Gives a divided by b",
  modulus: "Gives what is left of a divided by b",
  min: "Gives the smaller of a and b",
  max: "Gives the greater of a and b",
  clamp: "Gives the first input, kept between the other two",
  abs: "Gives a without its sign",
  sign: "Gives -1, 0 or 1 by the sign of a",
  greaterThan: "Tells whether a is greater than b",
  greaterThanOrEqual: "Tells whether a is greater than b or equal to it",
  lessThan: "Tells whether a is less than b",
  lessThanOrEqual: "Tells whether a is less than b or equal to it",
  pow: "Gives a to the power of b",
  sqrt: "Gives the square root of a",
  e: "Gives Euler's number",
  exp: "Gives e to the power of a",
  ln: "Gives the natural logarithm of a",
  log2: "Gives the logarithm of a to the base 2",
  log10: "Gives the logarithm of a to the base 10",
  pi: "Gives pi",
  sin: "Gives the sine of the angle a in radians",
  asin: "Gives the angle in radians whose sine is a",
  cos: "Gives the cosine of the angle a in radians",
  acos: "Gives the angle in radians whose cosine is a",
  tan: "Gives the tangent of the angle a in radians",
  atan: "Gives the angle in radians whose tangent is a",
  radiansToDegrees: "Turns an angle in radians into degrees",
  degreesToRadians: "Turns an angle in degrees into radians",
  mix: "Goes from a to b by the part that the third input says, from 0 to 1",
  slerp: "Turns from a to b by the part t, from 0 to 1",
  floor: "Rounds a down",
  ceil: "Rounds a up",
  round: "Rounds a to the nearest whole number",
  trunc: "Cuts off what follows the point",
  random: "Gives a random number from 0 up to 1",
  isNaN: "Tells whether a is no number",
  isInf: "Tells whether a is infinite",
  scale: "Gives a scaled by b",
  multiplyByScalar: "Gives each element of a times b",
  normalize: "Gives a with the length 1",
  dot: "Gives the dot product of a and b",
  cross: "Gives the cross product of a and b",
  conjugate: "Gives the opposite rotation",
  determinant: "Gives the determinant of a",
  inverse: "Gives the inverse of a",
  adjoint: "Gives the adjugate of a",
  transpose: "Gives a with rows and columns exchanged",
  setColumn: "Gives a with its column number b replaced by c",
  setRow: "Gives a with its row number b replaced by c",
  translate: "Gives a followed by a shift by b",
  rotateByQuat: "Gives a followed by the rotation b",
  rotateByEuler: "Gives a followed by the rotation b",
  transformPoint3: "Gives where a takes the point b",
  transformNormal3: "Gives the direction into which a turns the normal b",
  lookAt: "Gives the view from the eye to the target, with what is up",
};

/** Of `math/add/vec3`, `math/toString/float`, `math/vec3`. */
export function helpOfFunction(name: string): string {
  if (name === "math/easing")
    return "Bends the course of t from 0 to 1 by an easing function: slow at its start, at its end or at both.";
  const [, operation = "", type = ""] = name.split("/");
  const target = /^to([A-Z]\w*)$/.exec(operation)?.[1];
  if (target !== undefined) {
    const to = target.slice(0, 1).toLowerCase() + target.slice(1);
    return `Makes ${conversions[to] ?? to} of ${conversions[type] ?? type}.`;
  }
  const done = operations[operation];
  if (done === undefined) return `Holds a value of the type ${operation} and gives it.`;
  return types[type] === undefined ? `${done}.` : `${done}: for ${types[type]}.`;
}
