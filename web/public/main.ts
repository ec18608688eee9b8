import '../shared/styles/tokens.css';
import '../shared/styles/base.css';

import { createApp } from 'vue';

import { loadCity, titled } from '../shared/city';
import { say, startModes } from '../shared/modes';
import { route } from '../shared/route';
import App from './App.vue';

startModes('always', () => titled(route.path.startsWith('/track') ? say('我的上报', 'My reports') : route.path === '/duties' ? say('责任清单', 'Who is responsible') : say('随手报', 'Report a problem')));
void loadCity();
createApp(App).mount('#app');
