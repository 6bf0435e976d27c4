/** Embeddings, and the one measure of their likeness. */
import * as z from "zod";

export const maxDimensions = 8192;

/** A vector; texts of earlier years are parsed before they come here. */
export const embedding = z.array(z.number()).min(1).max(maxDimensions);

/** 1 - cosine: 0 for the same direction, 1 for nothing in common, 2 for the opposite. */
export const distance = z.number().min(0).max(2);
