/* SPDX-License-Identifier: MIT
 * A program that does nothing: the least that a start and an end cost.
 */
int main(void)
{
	return 0;
}
