// SPDX-License-Identifier: GPL-2.0
/*
 * A restart with the word "tryboot" lets the firmware of a Raspberry Pi start the other boot partition once. The drivers of Linux
 * itself do not hand that word on.
 */
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/of.h>
#include <linux/reboot.h>
#include <linux/string.h>
#include <soc/bcm2835/raspberrypi-firmware.h>

/* Mailbox property "set reboot flags"; its first bit is "try once". */
#define SET_REBOOT_FLAGS 0x00038064
#define TRY_ONCE 0x1

static struct rpi_firmware *firmware;

static int restarts(struct notifier_block *block, unsigned long action, void *word)
{
	u32 flags = TRY_ONCE;

	if (action != SYS_RESTART || !word || !strstr(word, "tryboot"))
		return NOTIFY_DONE;
	if (rpi_firmware_property(firmware, SET_REBOOT_FLAGS, &flags, sizeof(flags)))
		pr_err("tryboot: this firmware is too old to try a version\n");
	return NOTIFY_DONE;
}

static struct notifier_block on_restart = { .notifier_call = restarts };

static int __init begin(void)
{
	struct device_node *node = of_find_compatible_node(NULL, NULL, "raspberrypi,bcm2835-firmware");
	int failed;

	if (!node)
		return -ENODEV;
	firmware = rpi_firmware_get(node);
	of_node_put(node);
	if (!firmware)
		return -ENODEV;
	failed = register_reboot_notifier(&on_restart);
	if (failed)
		rpi_firmware_put(firmware);
	return failed;
}

static void __exit end(void)
{
	unregister_reboot_notifier(&on_restart);
	rpi_firmware_put(firmware);
}

module_init(begin);
module_exit(end);
MODULE_DESCRIPTION("Restart of a Raspberry Pi into its other boot partition, once");
MODULE_LICENSE("GPL");
